import { bfloat16ToNumber, float16ToNumber, type Tensor } from '@km/core';

/** Counts the elements that are NaN or infinite. */
export function nonFiniteCount(tensor: Tensor): number {
  switch (tensor.dtype) {
    case 'float32':
    case 'float64':
    case 'complex64':
    case 'complex128':
      return count(tensor.data, (value) => value);
    case 'float16':
      return count(tensor.data, float16ToNumber);
    case 'bfloat16':
      return count(tensor.data, bfloat16ToNumber);
    default:
      return 0;
  }
}

function count(data: ArrayLike<number>, toNumber: (value: number) => number): number {
  let found = 0;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(toNumber(data[i] ?? 0))) found++;
  }
  return found;
}
