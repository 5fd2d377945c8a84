import { ByteReader, elementCount, type ReadOptions } from '@km/core';
import { type H5Context, readAddress } from './context.ts';
import type { Dataset } from './dataset.ts';
import { canUndo, decodeFilters, foreignFilter } from './decode-filters.ts';
import { unsupported } from './errors.ts';
import { readThroughH5wasm } from './h5wasm-dataset.ts';
import { readChunks } from './read-chunks.ts';

/** Layout class of datasets that are put together from others. */
const VIRTUAL = 3;

/**
 * Reads the values of a dataset that is stored as Keras never does. Chunks under a B-tree, deflated, shuffled, with
 * checksums, are decoded here; SZIP, N-bit, scale-offset, the chunk indexes of newer files and what was never written are
 * left to h5wasm.
 * @throws UnsupportedError for filters that are plugins, and for virtual datasets.
 */
export async function readRare(
  context: H5Context,
  dataset: Dataset,
  options?: ReadOptions,
): Promise<Uint8Array> {
  const { layout, path, pipeline, byteLength, shape, type } = dataset;
  const filters =
    pipeline === undefined ? [] : decodeFilters(new ByteReader(pipeline, context.name));
  const foreign = foreignFilter(filters);
  if (foreign !== undefined) {
    const what = `dataset ${path} uses HDF5 filter ${foreign}, a plugin; rewrite the file with \`h5repack -f NONE\``;
    throw unsupported(context, what, path);
  }
  // HDF5 gives fill values, not an error, where the files of a virtual dataset are missing.
  if (layout.kind === 'other' && layout.body[1] === VIRTUAL) {
    throw unsupported(context, `dataset ${path} is virtual, which is not read`, path);
  }
  const chunks = layout.kind === 'other' ? decodeChunked(context, layout.body) : undefined;
  if (chunks !== undefined && canUndo(filters)) {
    const out = new Uint8Array(byteLength);
    const chunked = { shape, chunk: chunks.shape, elementSize: type.size, filters };
    const covered = await readChunks(context, chunked, chunks.index, out, options);
    if (covered === elementCount(shape)) return out;
  }
  if (type.kind === 'variable-string') {
    throw unsupported(context, `the texts of ${path} are stored in a way that is not read`, path);
  }
  return readThroughH5wasm(context, dataset, options);
}

function decodeChunked(
  context: H5Context,
  body: Uint8Array,
): { readonly shape: readonly number[]; readonly index: number } | undefined {
  const reader = new ByteReader(body, context.name);
  if (reader.uint8() !== 3 || reader.uint8() !== 2) return undefined;
  const rank = reader.uint8();
  const index = readAddress(reader);
  // The last size is that of an element, in bytes.
  const shape = Array.from({ length: Math.max(0, rank - 1) }, () => reader.uint32());
  return index === undefined ? undefined : { shape, index };
}
