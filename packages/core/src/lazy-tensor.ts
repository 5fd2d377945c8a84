import { decodeTensor } from './decode-tensor.ts';
import { tensorByteLength } from './dtype.ts';
import { checkTensor } from './encode-tensor.ts';
import { sliceSource } from './slice-source.ts';
import type { ByteSource, ReadOptions } from './source.ts';
import type { DType, LazyTensor, Tensor, TensorSpec } from './tensor.ts';

/**
 * Makes a lazy tensor from a function that reads it.
 * `byteLength` is its encoded size; it may be left out unless the dtype is `string`.
 * @throws TypeError for `string` without `byteLength`.
 */
export function lazyTensor<D extends DType>(
  spec: TensorSpec<D>,
  read: (options?: ReadOptions) => Promise<Tensor<D>>,
  byteLength: number = tensorByteLength(spec),
): LazyTensor<D> {
  return { dtype: spec.dtype, shape: spec.shape, byteLength, read } as unknown as LazyTensor<D>;
}

/**
 * Makes a lazy tensor of one in memory; the size of a string tensor is that of its elements together.
 * @throws RangeError when data and shape disagree.
 */
export function lazyFromTensor<D extends DType>(tensor: Tensor<D>): LazyTensor<D> {
  const plain: Tensor = tensor;
  checkTensor(plain);
  const byteLength =
    plain.dtype === 'string'
      ? plain.data.reduce((sum, element) => sum + element.length, 0)
      : plain.data.byteLength;
  return lazyTensor(
    { dtype: plain.dtype as D, shape: plain.shape },
    async (options) => {
      options?.signal?.throwIfAborted();
      return tensor;
    },
    byteLength,
  );
}

/**
 * Makes a lazy tensor of the row-major little-endian bytes of a source from `start` on.
 * @throws TruncatedError at once when the source is too short; TypeError for `string`.
 */
export function lazyFromSource<D extends DType>(
  spec: TensorSpec<D>,
  source: ByteSource,
  start = 0,
): LazyTensor<D> {
  const byteLength = tensorByteLength(spec);
  const range = sliceSource(source, start, start + byteLength);
  return lazyTensor(
    spec,
    async (options) => decodeTensor(spec, await range.read(0, byteLength, options)),
    byteLength,
  );
}
