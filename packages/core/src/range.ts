import { TruncatedError } from './errors.ts';
import type { ByteSource, ReadOptions } from './source.ts';

/**
 * Checks what every source's `read` must: the range is one, it lies inside, and the operation is not cancelled.
 * @throws RangeError on no range; TruncatedError beyond the end; the signal's reason when it is aborted.
 */
export function checkRead(
  source: Pick<ByteSource, 'name' | 'byteLength'>,
  start: number,
  end: number,
  options?: ReadOptions,
): void {
  options?.signal?.throwIfAborted();
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RangeError(`[${start}, ${end}) is no byte range.`);
  }
  if (end > source.byteLength) {
    throw new TruncatedError(
      `${source.name} has ${source.byteLength} bytes, but bytes [${start}, ${end}) were wanted; the file is truncated or damaged.`,
      { source: source.name, offset: start },
    );
  }
}
