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
