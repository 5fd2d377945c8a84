import {
  bfloat16ToNumber,
  float16ToNumber,
  type ReadOptions,
  type Shape,
  type Tensor,
} from '@km/core';
import { formatShape } from '../text/format.ts';
import type { NamedTensor } from './contents.ts';

/** How the tensors of two files that belong together differ. */
export interface TensorDifference {
  readonly name: string;
  /** `equal`, `values`, `shape`, `dtype`, or in which file alone the tensor is. */
  readonly kind: 'equal' | 'values' | 'shape' | 'dtype' | 'first only' | 'second only';
  readonly detail?: string;
  /** Largest absolute difference of two elements; NaN where only one side is a number. */
  readonly largest?: number;
  /** Elements that differ. */
  readonly differing?: number;
  readonly elements?: number;
}

/** Compares the tensors of two files, those of one name with each other. */
export async function compareTensors(
  first: readonly NamedTensor[],
  second: readonly NamedTensor[],
  read: ReadOptions,
): Promise<TensorDifference[]> {
  const [left, right] = [byName(first), byName(second)];
  const differences: TensorDifference[] = [];
  for (const [name, tensor] of left) {
    read.signal?.throwIfAborted();
    const other = right.get(name);
    right.delete(name);
    differences.push(
      other === undefined
        ? { name, kind: 'first only' }
        : compareTensor(name, await tensor.read(read), await other.read(read)),
    );
  }
  for (const name of right.keys()) differences.push({ name, kind: 'second only' });
  return differences;
}

/** Tensors by name; the second one of a name is `name (2)`. */
function byName(tensors: readonly NamedTensor[]): Map<string, NamedTensor> {
  const found = new Map<string, NamedTensor>();
  const counts = new Map<string, number>();
  for (const tensor of tensors) {
    const count = (counts.get(tensor.name) ?? 0) + 1;
    counts.set(tensor.name, count);
    found.set(count === 1 ? tensor.name : `${tensor.name} (${count})`, tensor);
  }
  return found;
}

function compareTensor(name: string, first: Tensor, second: Tensor): TensorDifference {
  const pair = (a: string, b: string): string => `${a} and ${b}`;
  if (!sameShape(first.shape, second.shape)) {
    return {
      name,
      kind: 'shape',
      detail: pair(formatShape(first.shape), formatShape(second.shape)),
    };
  }
  if (first.dtype !== second.dtype) {
    return { name, kind: 'dtype', detail: pair(first.dtype, second.dtype) };
  }
  const elements = first.data.length;
  const { differing, largest } = compareElements(first, second);
  return { name, kind: differing === 0 ? 'equal' : 'values', largest, differing, elements };
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function compareElements(
  first: Tensor,
  second: Tensor,
): { readonly differing: number; readonly largest: number } {
  if (first.dtype === 'string') return { differing: differingTexts(first, second), largest: 0 };
  const [a, b] = [numbersOf(first), numbersOf(second)];
  let [differing, largest] = [0, 0];
  for (let i = 0; i < first.data.length; i++) {
    const [x, y] = [a(i), b(i)];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    differing += 1;
    const difference = Math.abs(x - y);
    if (!(difference <= largest)) largest = Math.max(difference, largest);
  }
  return { differing, largest };
}

function differingTexts(first: Tensor<'string'>, second: Tensor): number {
  const other = second.data as readonly Uint8Array[];
  return first.data.filter((text, i) => String(text) !== String(other[i])).length;
}

function numbersOf({ dtype, data }: Tensor): (index: number) => number {
  const at = data as ArrayLike<number | bigint>;
  if (dtype === 'float16') return (i) => float16ToNumber(Number(at[i]));
  if (dtype === 'bfloat16') return (i) => bfloat16ToNumber(Number(at[i]));
  return (i) => Number(at[i]);
}
