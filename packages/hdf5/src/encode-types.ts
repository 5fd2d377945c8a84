import { type DType, itemSize, type Shape, UnsupportedError } from '@km/core';

/** Variable-length string, ASCII, NUL-terminated: what every release of Keras reads. */
export const VARIABLE_STRING: readonly number[] = [
  0x19, 1, 0, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0,
];

const FLOATS = new Map<DType, readonly number[]>([
  ['float16', [0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0]],
  ['float32', [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]],
  ['float64', [0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0]],
]);

/** Two opaque bytes without a tag, as h5py stores NumPy's stand-in for bfloat16. */
const BFLOAT16 = [0x15, 0, 0, 0, 2, 0, 0, 0];

/** h5py's boolean: an enumeration of FALSE and TRUE over int8. */
const BOOL = [
  0x18,
  ...[2, 0, 0, 1, 0, 0, 0, 0x10, 8, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0],
  ...[0x46, 0x41, 0x4c, 0x53, 0x45, 0, 0, 0, 0x54, 0x52, 0x55, 0x45, 0, 0, 0, 0, 0, 1],
];

const INTEGER = /^(u?)int(8|16|32|64)$/;

/** Encodes an ASCII string type of fixed size, padded with NULs, as h5py 2 writes it. */
export function fixedString(size: number): readonly number[] {
  return [0x13, 1, 0, 0, ...u32(size)];
}

/** Encodes the datatype of a tensor. @throws UnsupportedError for string, complex and quantized dtypes. */
export function encodeDatatype(dtype: DType): readonly number[] {
  const float = FLOATS.get(dtype);
  if (float !== undefined) return float;
  if (dtype === 'bfloat16') return BFLOAT16;
  if (dtype === 'bool') return BOOL;
  const integer = INTEGER.exec(dtype);
  if (integer === null) {
    throw new UnsupportedError(
      `Tensors of dtype ${dtype} are not written to HDF5, which Keras does not either; save a checkpoint instead.`,
    );
  }
  const size = itemSize(dtype);
  return [0x10, integer[1] === 'u' ? 0 : 8, 0, 0, ...u32(size), 0, 0, size * 8, 0];
}

/** Encodes a dataspace; `[]` is a scalar. */
export function encodeDataspace(shape: Shape): readonly number[] {
  const simple = shape.length > 0;
  const dims = simple ? [...shape, ...shape].flatMap(u64) : [];
  return [1, shape.length, simple ? 1 : 0, 0, 0, 0, 0, 0, ...dims];
}

/** Encodes 16 bits. */
export function u16(value: number): readonly number[] {
  return [value & 255, (value >> 8) & 255];
}

/** Encodes 32 bits. */
export function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

/** Encodes 64 bits of a non-negative safe integer. */
export function u64(value: number): number[] {
  return u32(value).concat(u32(value / 2 ** 32));
}

/** Rounds up to a multiple of 8. */
export function align8(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** Pads bytes with zeros to a multiple of 8. */
export function padded(bytes: Uint8Array | readonly number[]): Uint8Array {
  const out = new Uint8Array(align8(bytes.length));
  out.set(bytes);
  return out;
}
