const POLYNOMIAL = 0xedb88320;
let tables: Uint32Array | undefined;

/** Continues the CRC-32 (IEEE 802.3, as zip uses it) `previous` over more bytes; a new one starts at 0. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  tables ??= makeTables();
  const table = tables;
  const at = (index: number): number => table[index] ?? 0;
  let crc = ~previous;
  let i = 0;
  // Four bytes at a time, by the tables of a byte with one, two and three zero bytes after it.
  for (const end = bytes.length - 3; i < end; i += 4) {
    crc ^=
      (bytes[i] ?? 0) |
      ((bytes[i + 1] ?? 0) << 8) |
      ((bytes[i + 2] ?? 0) << 16) |
      ((bytes[i + 3] ?? 0) << 24);
    crc =
      at(768 + (crc & 0xff)) ^
      at(512 + ((crc >>> 8) & 0xff)) ^
      at(256 + ((crc >>> 16) & 0xff)) ^
      at(crc >>> 24);
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ at((crc ^ (bytes[i] ?? 0)) & 0xff);
  return ~crc >>> 0;
}

function makeTables(): Uint32Array {
  const made = new Uint32Array(1024);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    made[byte] = crc;
  }
  for (let i = 256; i < 1024; i++) {
    const shorter = made[i - 256] ?? 0;
    made[i] = (shorter >>> 8) ^ (made[shorter & 0xff] ?? 0);
  }
  return made;
}
