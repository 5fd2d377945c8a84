import { type ByteSource, LimitError, MAX_JSON_BYTES, type ReadOptions, readAll } from '@km/core';

/** Reads a JSON file as text. @throws LimitError when it is larger than any configuration. */
export async function readJsonText(source: ByteSource, options?: ReadOptions): Promise<string> {
  if (source.byteLength > MAX_JSON_BYTES) {
    throw new LimitError(
      `${source.name} has ${source.byteLength} bytes, more than the ${MAX_JSON_BYTES} of a JSON text; give the arrays as .npz.`,
      { source: source.name },
    );
  }
  return new TextDecoder().decode(await readAll(source, options));
}
