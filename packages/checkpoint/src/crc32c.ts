import { crcTables, updateCrc } from './crc32c-scalar.ts';
import { simdCrc } from './crc32c-simd.ts';

/** Below this many bytes the call of the kernel costs more than it saves. */
const KERNEL_MINIMUM = 8192;

/**
 * CRC-32C of bytes (RFC 3720), not masked; `previous` is that of the bytes before them.
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const kernel = bytes.length >= KERNEL_MINIMUM ? simdCrc() : undefined;
  const crc =
    kernel === undefined ? updateCrc(crcTables(), ~previous, bytes) : kernel(~previous, bytes);
  return ~crc >>> 0;
}

/** Masks a checksum as LevelDB does, so that a checksum of bytes that hold checksums keeps its worth. */
export function maskCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
