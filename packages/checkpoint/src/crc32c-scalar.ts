/** Reflected generator polynomial of CRC-32C (Castagnoli), as RFC 3720 gives it. */
const CASTAGNOLI = 0x82f63b78;

let made: Int32Array | undefined;

/** Tables for eight bytes at a time: entry `256 * t + b` is the effect of byte `b` with `t` bytes after it. */
export function crcTables(): Int32Array {
  if (made !== undefined) return made;
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const previous = at(tables, index - 256);
    tables[index] = (previous >>> 8) ^ at(tables, previous & 255);
  }
  made = tables;
  return tables;
}

/** Advances the inner state of the checksum (inverted before and after) over bytes. */
export function updateCrc(tables: Int32Array, state: number, bytes: Uint8Array): number {
  let crc = state;
  let index = 0;
  for (const end = bytes.length - (bytes.length % 8); index < end; index += 8) {
    const word =
      crc ^
      (at(bytes, index) |
        (at(bytes, index + 1) << 8) |
        (at(bytes, index + 2) << 16) |
        (at(bytes, index + 3) << 24));
    crc =
      at(tables, 1792 + (word & 255)) ^
      at(tables, 1536 + ((word >>> 8) & 255)) ^
      at(tables, 1280 + ((word >>> 16) & 255)) ^
      at(tables, 1024 + (word >>> 24)) ^
      at(tables, 768 + at(bytes, index + 4)) ^
      at(tables, 512 + at(bytes, index + 5)) ^
      at(tables, 256 + at(bytes, index + 6)) ^
      at(tables, at(bytes, index + 7));
  }
  for (; index < bytes.length; index++) {
    crc = (crc >>> 8) ^ at(tables, (crc ^ at(bytes, index)) & 255);
  }
  return crc;
}

// Never out of range; `as` because a default value would cost a quarter of the speed.
function at(array: Int32Array | Uint8Array, index: number): number {
  return array[index] as number;
}
