import { IoError, LimitError, MalformedError, type ReadOptions, readAll } from '@km/core';
import type { H5Context } from './context.ts';
import { type H5Wasm, loadH5wasm } from './h5wasm.ts';
import { MAX_H5WASM_BYTES } from './limits.ts';

let files = 0;

/**
 * Reads the values of a dataset whose storage only the HDF5 library decodes (SZIP, N-bit, newer chunk indexes …),
 * by loading the whole file into h5wasm's memory.
 * @throws MissingBackendError when h5wasm is not installed; LimitError above 2 GiB; MalformedError when HDF5 refuses.
 */
export async function readThroughH5wasm(
  context: H5Context,
  dataset: { readonly path: string; readonly byteLength: number },
  options?: ReadOptions,
): Promise<Uint8Array> {
  const { name } = context;
  const { source } = context.pages;
  const size = Math.max(source.byteLength, dataset.byteLength);
  if (size > MAX_H5WASM_BYTES) {
    throw new LimitError(
      `${name}: the storage of ${dataset.path} is read through h5wasm, which takes files and datasets below 2 GiB; rewrite it with \`h5repack --layout CONTI --filter NONE\`.`,
      { source: name, path: dataset.path },
    );
  }
  const wasm = await loadH5wasm('memory');
  files += 1;
  const file = `km-${files}.h5`;
  wasm.module.FS.writeFile(file, await readAll(source, options));
  try {
    return readValues(wasm, file, dataset);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new MalformedError(`${name}: HDF5 cannot read ${dataset.path}: ${reason}`, {
      source: name,
      path: dataset.path,
      cause,
    });
  } finally {
    wasm.module.FS.unlink(file);
  }
}

function readValues(
  { module, File }: H5Wasm,
  path: string,
  dataset: { readonly path: string; readonly byteLength: number },
): Uint8Array {
  const file = new File(path, 'r');
  let pointer = 0;
  try {
    const { size, total_size } = module.get_dataset_metadata(file.file_id, dataset.path);
    if (size * total_size !== dataset.byteLength) throw new Error('its size differs');
    pointer = module._malloc(dataset.byteLength);
    if (pointer === 0) throw new IoError(`h5wasm cannot allocate ${dataset.byteLength} bytes.`);
    const status = module.get_dataset_data(
      file.file_id,
      dataset.path,
      null,
      null,
      null,
      BigInt(pointer),
    );
    if (status < 0) throw new Error(`HDF5 returned ${status}`);
    return module.HEAPU8.slice(pointer, pointer + dataset.byteLength);
  } finally {
    module._free(pointer);
    file.close();
  }
}
