import { checkRead } from './range.ts';
import type { ByteSource } from './source.ts';

/**
 * Makes a source of the bytes `[start, end)` of another.
 * @throws TruncatedError when the other is shorter than `end`; RangeError when `[start, end)` is no range.
 */
export function sliceSource(
  source: ByteSource,
  start: number,
  end: number = source.byteLength,
  name: string = source.name,
): ByteSource {
  checkRead(source, start, end);
  const slice: ByteSource = {
    name,
    byteLength: end - start,
    async read(from, to, options) {
      checkRead(slice, from, to, options);
      return source.read(start + from, start + to, options);
    },
  };
  return slice;
}
