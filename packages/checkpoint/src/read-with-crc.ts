import { type ByteSource, progressOf, type ReadOptions } from '@km/core';
import { crc32c } from './crc32c.ts';

/** Bytes that are read while the checksum of those before them is made. */
const PIECE_BYTES = 8 * 1024 * 1024;

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
  if (source.readInto === undefined || byteLength <= PIECE_BYTES) {
    const bytes = await source.read(start, start + byteLength, options);
    return { bytes, crc: crc32c(bytes) };
  }
  const advance = progressOf(options, `reading ${source.name}`, byteLength);
  const bytes = new Uint8Array(byteLength);
  const pieceAt = (offset: number): Uint8Array => bytes.subarray(offset, offset + PIECE_BYTES);
  const fill = async (offset: number): Promise<void> => {
    if (offset < byteLength) {
      await source.readInto?.(pieceAt(offset), start + offset, { signal: options?.signal });
    }
  };
  let crc = 0;
  await fill(0);
  for (let offset = 0; offset < byteLength; offset += PIECE_BYTES) {
    const next = fill(offset + PIECE_BYTES);
    const piece = pieceAt(offset);
    crc = crc32c(piece, crc);
    advance(piece.length);
    await next;
  }
  return { bytes, crc };
}
