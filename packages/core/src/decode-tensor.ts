import { elementCount } from './checked.ts';
import { tensorByteLength, wordSize } from './dtype.ts';
import { hostIsLittleEndian, swapWords } from './endian.ts';
import { MalformedError, TruncatedError } from './errors.ts';
import type { DataByDType, DType, Tensor, TensorSpec } from './tensor.ts';

type NumericDType = Exclude<DType, 'string'>;
type View<D extends NumericDType> = new (
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
) => DataByDType[D];

const VIEWS: { readonly [D in NumericDType]: View<D> & { readonly BYTES_PER_ELEMENT: number } } = {
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
  qint8: Int8Array,
  quint8: Uint8Array,
  qint16: Int16Array,
  quint16: Uint16Array,
  qint32: Int32Array,
};

/**
 * Decodes row-major little-endian bytes; the result shares the memory of `bytes` when their alignment allows it.
 * @throws TypeError for `string`, which each format decodes in its own way.
 * @throws TruncatedError when there are fewer bytes than the shape needs; MalformedError when there are more.
 */
export function decodeTensor<D extends DType>(spec: TensorSpec<D>, bytes: Uint8Array): Tensor<D> {
  const expected = tensorByteLength(spec);
  if (bytes.length !== expected) {
    const message = `A ${spec.dtype} tensor of shape [${spec.shape.join(', ')}] takes ${expected} bytes, got ${bytes.length}.`;
    throw bytes.length < expected ? new TruncatedError(message) : new MalformedError(message);
  }
  const dtype: DType = spec.dtype;
  if (dtype === 'string') throw new TypeError('String tensors have no plain encoding.');
  const ordered = hostIsLittleEndian() ? bytes : swapWords(bytes, wordSize(dtype));
  const view = VIEWS[dtype];
  const aligned =
    ordered.byteOffset % view.BYTES_PER_ELEMENT === 0 ? ordered : new Uint8Array(ordered);
  const length = expected / view.BYTES_PER_ELEMENT;
  const data = new view(aligned.buffer, aligned.byteOffset, length);
  return { dtype: spec.dtype, shape: spec.shape, data } as unknown as Tensor<D>;
}

/** Allocates the zero-filled data of a tensor; a string tensor gets empty strings. */
export function zeros<D extends DType>(spec: TensorSpec<D>): Tensor<D> {
  const { dtype, shape }: TensorSpec = spec;
  if (dtype !== 'string') return decodeTensor(spec, new Uint8Array(tensorByteLength(spec)));
  const data = Array.from({ length: elementCount(shape) }, () => new Uint8Array(0));
  return { dtype, shape, data } as unknown as Tensor<D>;
}
