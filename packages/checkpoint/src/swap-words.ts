/** Copies bytes with the order reversed inside each word of `size` bytes; from big-endian files. */
export function swapWords(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += size) {
    for (let index = 0; index < size; index++) {
      swapped[start + index] = bytes[start + size - 1 - index] ?? 0;
    }
  }
  return swapped;
}
