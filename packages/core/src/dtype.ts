import { checkedMultiply, elementCount } from './checked.ts';
import type { DType, TensorSpec } from './tensor.ts';

/** How the values of a dtype behave. */
export type DTypeKind = 'float' | 'int' | 'uint' | 'bool' | 'complex' | 'quantized' | 'string';

interface DTypeInfo {
  readonly kind: DTypeKind;
  readonly itemSize: number;
  /** Width of the words that byte order applies to; a complex element has two. */
  readonly wordSize: number;
}

function info(kind: DTypeKind, itemSize: number, wordSize: number = itemSize): DTypeInfo {
  return { kind, itemSize, wordSize };
}

const TABLE: Readonly<Record<DType, DTypeInfo>> = {
  float16: info('float', 2),
  bfloat16: info('float', 2),
  float32: info('float', 4),
  float64: info('float', 8),
  int8: info('int', 1),
  int16: info('int', 2),
  int32: info('int', 4),
  int64: info('int', 8),
  uint8: info('uint', 1),
  uint16: info('uint', 2),
  uint32: info('uint', 4),
  uint64: info('uint', 8),
  bool: info('bool', 1),
  complex64: info('complex', 8, 4),
  complex128: info('complex', 16, 8),
  qint8: info('quantized', 1),
  quint8: info('quantized', 1),
  qint16: info('quantized', 2),
  quint16: info('quantized', 2),
  qint32: info('quantized', 4),
  string: info('string', 0),
};

/** Names of all dtypes. */
export const DTYPES: readonly DType[] = Object.keys(TABLE).filter(isDType);

/** True for the name of a dtype, as TensorFlow and NumPy spell it. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(TABLE, name);
}

/** Tells how the values of a dtype behave. */
export function dtypeKind(dtype: DType): DTypeKind {
  return TABLE[dtype].kind;
}

/** Size of one element, in bytes; 0 for `string`, whose elements differ in length. */
export function itemSize(dtype: DType): number {
  return TABLE[dtype].itemSize;
}

/** Size of the words that byte order applies to, in bytes: half an element of a complex dtype. */
export function wordSize(dtype: DType): number {
  return TABLE[dtype].wordSize;
}

/**
 * Size of a tensor in its plain encoding (row-major, no padding), in bytes.
 * @throws TypeError for `string`, whose size depends on the values; LimitError when the size exceeds 2^53 - 1.
 */
export function tensorByteLength(spec: TensorSpec): number {
  if (spec.dtype === 'string') {
    throw new TypeError('The size of a string tensor depends on its values, not on its shape.');
  }
  return checkedMultiply(elementCount(spec.shape), itemSize(spec.dtype));
}
