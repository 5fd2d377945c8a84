/** True where typed arrays are little-endian, as on every platform but a few servers. */
export function hostIsLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** Copies bytes with the order reversed inside each word of `size` bytes. */
export function swapWords(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += size) {
    // A copy that shares no memory, also of a Node Buffer, whose slice does.
    swapped.set(new Uint8Array(bytes.subarray(start, start + size)).reverse(), start);
  }
  return swapped;
}
