import { type Element, type HostData, HostTensor } from '../../executor/host-tensor.ts';
import { sizeOf } from '../../executor/values.ts';
import { checkedShape, MAX_HOST_ELEMENTS } from '../define.ts';

/** Distances between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/**
 * Copies elements in the order of a shape: element i lies at `offset` plus the sum of each index times the stride of its
 * axis. Transposing, slicing, reversing and broadcasting are strides of their own.
 */
export function stridedCopy(
  data: HostData,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Element[] {
  const size = sizeOf(checkedShape(shape, MAX_HOST_ELEMENTS));
  const result = new Array<Element>(size);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < size; i++) {
    result[i] = data[at] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      at += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      at -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return result;
}

/** The same tensor with permuted axes. */
export function hostTranspose(x: HostTensor, perm: readonly number[]): HostTensor {
  const strides = stridesOf(x.shape);
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  const moved = perm.map((axis) => strides[axis] ?? 0);
  return new HostTensor(x.dtype, shape, stridedCopy(x.data, shape, moved));
}

/** The tensor repeated along axes of length one until it has a shape. */
export function hostBroadcast(x: HostTensor, shape: readonly number[]): HostTensor {
  const lead = shape.length - x.rank;
  const own = stridesOf(x.shape);
  const strides = shape.map((_, axis) =>
    x.shape[axis - lead] === 1 ? 0 : (own[axis - lead] ?? 0),
  );
  return new HostTensor(x.dtype, shape, stridedCopy(x.data, shape, strides));
}

/** The tensor repeated as a whole along each axis. */
export function hostTile(x: HostTensor, multiples: readonly number[]): HostTensor {
  const own = stridesOf(x.shape);
  const shape = multiples.flatMap((count, axis) => [count, x.shape[axis] ?? 1]);
  const strides = multiples.flatMap((_, axis) => [0, own[axis] ?? 0]);
  const data = stridedCopy(x.data, shape, strides);
  return new HostTensor(
    x.dtype,
    multiples.map((count, axis) => count * (x.shape[axis] ?? 1)),
    data,
  );
}

/** The same elements in another shape. */
export function hostReshape(x: HostTensor, shape: readonly number[]): HostTensor {
  return new HostTensor(x.dtype, shape, x.data);
}

/** The tensors one after the other along an axis; all other axes agree. */
export function hostConcat(parts: readonly HostTensor[], axis: number): HostTensor {
  const [first] = parts;
  if (first === undefined) throw new TypeError('Nothing to join.');
  const length = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const shape = first.shape.map((size, i) => (i === axis ? length : size));
  const outer = sizeOf(first.shape.slice(0, axis));
  const data: Element[] = [];
  for (let row = 0; row < outer; row++) {
    for (const part of parts) {
      const width = sizeOf(part.shape.slice(axis));
      for (let i = 0; i < width; i++) data.push(part.data[row * width + i] ?? 0);
    }
  }
  return new HostTensor(first.dtype, shape, data);
}

/** The slices of a tensor at the given places along an axis, in the shape that the places have. */
export function hostGather(
  x: HostTensor,
  indices: HostTensor,
  axis: number,
  batchDims = 0,
): HostTensor {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const length = x.shape[axis] ?? 0;
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const perBatch = sizeOf(indices.shape.slice(batchDims));
  const data: Element[] = [];
  for (let row = 0; row < batch * outer; row++) {
    const start = Math.floor(row / outer) * perBatch;
    for (let i = start; i < start + perBatch; i++) {
      const from = (row * length + checkedIndex(indices.data[i], length)) * inner;
      for (let k = 0; k < inner; k++) data.push(x.data[from + k] ?? 0);
    }
  }
  const shape = [
    ...x.shape.slice(0, axis),
    ...indices.shape.slice(batchDims),
    ...x.shape.slice(axis + 1),
  ];
  return new HostTensor(x.dtype, shape, data);
}

function checkedIndex(element: Element | undefined, length: number): number {
  const index = Number(element);
  if (index >= 0 && index < length) return index;
  throw new RangeError(`index ${index} is not in [0, ${length})`);
}
