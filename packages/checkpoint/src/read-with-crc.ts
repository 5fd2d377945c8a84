import { type ByteSource, progressOf, type ReadOptions } from '@km/core';
import { crc32c } from './crc32c.ts';

/** Below this many bytes, reading takes no time in which a checksum could be made. */
const PIPELINE_MINIMUM = 8 * 1024 * 1024;

/** Bytes and their checksum, not masked. */
export interface CheckedBytes {
  readonly bytes: Uint8Array;
  readonly crc: number;
}

/**
 * Reads bytes and makes their checksum; from a source that can read into given memory, both at the same time.
 */
export async function readWithCrc(
  source: ByteSource,
  start: number,
  byteLength: number,
  options: ReadOptions | undefined,
): Promise<CheckedBytes> {
  if (source.readInto === undefined || byteLength < PIPELINE_MINIMUM) {
    const bytes = await source.read(start, start + byteLength, options);
    return { bytes, crc: crc32c(bytes) };
  }
  const advance = progressOf(options, `reading ${source.name}`, byteLength);
  const bytes = new Uint8Array(byteLength);
  let crc = 0;
  let checked = 0;
  const check = (end: number): void => {
    crc = crc32c(bytes.subarray(checked, end), crc);
    advance(end - checked);
    checked = end;
  };
  const onProgress = ({ done }: { readonly done: number }): void => check(done);
  await source.readInto(bytes, start, { signal: options?.signal, onProgress });
  if (checked < byteLength) check(byteLength);
  return { bytes, crc };
}
