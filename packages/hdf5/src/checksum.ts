function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

const MIX = [4, 6, 8, 16, 19, 4];
const FINISH = [14, 11, 25, 16, 4, 14, 24];

/** Computes Bob Jenkins's lookup3 hash with seed 0, the checksum of HDF5 metadata since superblock 2. */
export function lookup3(bytes: Uint8Array): number {
  const state = new Int32Array(3).fill(0xdeadbeef + bytes.length);
  const word = (index: number): number => state[index % 3] ?? 0;
  for (let at = 0; at < bytes.length; at += 12) {
    const end = Math.min(12, bytes.length - at);
    for (let i = 0; i < end; i++) {
      const index = i >> 2;
      state[index] = word(index) + ((bytes[at + i] ?? 0) << (8 * (i & 3)));
    }
    // The last 1 to 12 bytes are not mixed but finished.
    if (at + 12 >= bytes.length) break;
    for (const [i, bits] of MIX.entries()) {
      state[i % 3] = (word(i) - word(i + 2)) ^ rotate(word(i + 2), bits);
      state[(i + 2) % 3] = word(i + 2) + word(i + 1);
    }
  }
  for (const [i, bits] of bytes.length === 0 ? [] : FINISH.entries()) {
    state[(i + 2) % 3] = (word(i + 2) ^ word(i + 1)) - rotate(word(i + 1), bits);
  }
  return word(2) >>> 0;
}
