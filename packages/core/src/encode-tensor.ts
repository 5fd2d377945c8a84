import { elementCount } from './checked.ts';
import { dtypeKind, wordSize } from './dtype.ts';
import { hostIsLittleEndian, swapWords } from './endian.ts';
import type { Tensor } from './tensor.ts';

/**
 * Encodes a tensor as row-major little-endian bytes; the result shares the memory of the tensor's data.
 * @throws TypeError for `string`, which each format encodes in its own way; RangeError when data and shape disagree.
 */
export function encodeTensor(tensor: Tensor): Uint8Array {
  checkTensor(tensor);
  if (tensor.dtype === 'string') {
    throw new TypeError('String tensors have no plain encoding; the format must encode them.');
  }
  const { buffer, byteOffset, byteLength } = tensor.data;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return hostIsLittleEndian() ? bytes : swapWords(bytes, wordSize(tensor.dtype));
}

/**
 * Asserts that the data of a tensor has as many elements as its shape.
 * @throws RangeError when it has not.
 */
export function checkTensor(tensor: Tensor): void {
  const perElement = dtypeKind(tensor.dtype) === 'complex' ? 2 : 1;
  const expected = elementCount(tensor.shape) * perElement;
  if (tensor.data.length !== expected) {
    throw new RangeError(
      `A ${tensor.dtype} tensor of shape [${tensor.shape.join(', ')}] needs data of length ${expected}, got ${tensor.data.length}.`,
    );
  }
}
