function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function mix(state: Int32Array): void {
  let [a = 0, b = 0, c = 0] = state;
  a = (a - c) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = (b - a) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = (c - b) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = (a - c) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = (b - a) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = (c - b) ^ rotate(b, 4);
  b = (b + a) | 0;
  state.set([a, b, c]);
}

function finish(state: Int32Array): number {
  let [a = 0, b = 0, c = 0] = state;
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return c >>> 0;
}

/** Computes Bob Jenkins's lookup3 hash with seed 0, the checksum of HDF5 metadata since superblock 2. */
export function lookup3(bytes: Uint8Array): number {
  const start = (0xdeadbeef + bytes.length) | 0;
  const state = new Int32Array([start, start, start]);
  // The last 1 to 12 bytes go through the other finish; no bytes go through none.
  if (bytes.length === 0) return start >>> 0;
  const blocks = Math.ceil(bytes.length / 12);
  for (let block = 0; block < blocks; block++) {
    const end = Math.min(12, bytes.length - block * 12);
    for (let i = 0; i < end; i++) {
      const word = i >> 2;
      state[word] = (state[word] ?? 0) + ((bytes[block * 12 + i] ?? 0) << (8 * (i & 3)));
    }
    if (block < blocks - 1) mix(state);
  }
  return finish(state);
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/** Computes the Fletcher-32 checksum of HDF5's filter 3: big-endian words, an odd last byte being the high half. */
export function fletcher32(bytes: Uint8Array): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    // Folding keeps 65,535 and 0 apart, which a remainder would not.
    low = fold(low + (((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)));
    high = fold(high + low);
  }
  return ((high << 16) | low) >>> 0;
}
