/** Rows, columns … of a slice: `length` is `undefined` for a whole axis. */
export interface SliceExtent {
  readonly start: number;
  readonly length: number | undefined;
}

/**
 * Key under which a slice of a partitioned tensor stands, as bytes in a binary string.
 * Made as TensorFlow's checkpoint::EncodeTensorNameSlice makes it (tensorflow/core/util/saved_tensor_slice_util.cc).
 */
export function sliceKey(name: string, extents: readonly SliceExtent[]): string {
  const bytes: number[] = [0];
  for (const byte of new TextEncoder().encode(name)) {
    bytes.push(byte);
    if (byte === 0) bytes.push(0xff);
    else if (byte === 0xff) bytes.push(0);
  }
  bytes.push(0, 1, ...increasingUnsigned(extents.length));
  for (const { start, length } of extents) {
    bytes.push(...increasingSigned(BigInt(start)));
    bytes.push(...increasingSigned(length === undefined ? -1n : BigInt(length)));
  }
  return binaryString(bytes);
}

/** Bytes as a string of one character each, for use as a key of a map. */
export function binaryString(bytes: Iterable<number>): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function increasingUnsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [bytes.length, ...bytes];
}

function increasingSigned(value: bigint): number[] {
  const magnitude = value >= 0n ? value : ~value;
  let length = 1;
  while (magnitude >= 1n << BigInt(7 * length - 1)) length++;
  const width = BigInt(8 * length);
  const header = ((1n << BigInt(length)) - 1n) << (width - BigInt(length));
  const coded = BigInt.asUintN(8 * length, value) ^ header;
  return Array.from({ length }, (_, index) =>
    Number((coded >> BigInt(8 * (length - 1 - index))) & 0xffn),
  );
}
