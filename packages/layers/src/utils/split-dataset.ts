import type * as tf from '@tensorflow/tfjs-core';
import { mapStructure } from '../engine/nest.ts';
import type { Nested } from '../engine/types.ts';
import { newInitializerSeed, PythonRandom } from '../random/index.ts';
import { countSamples } from '../training/array-source.ts';
import { gatherSamples, type HostArray, hostArrayOf } from '../training/host-array.ts';
import { convertData } from '../training/structure.ts';
import type { Data } from '../training/types.ts';

/** Arguments of `split_dataset` besides the data, under Keras's names. */
export interface SplitDatasetOptions {
  /** Samples of the first part, or their share when it is a fraction below 1. */
  readonly left_size?: number | null;
  /** Samples of the second part, or their share when it is a fraction below 1. */
  readonly right_size?: number | null;
  readonly shuffle?: boolean;
  readonly seed?: number | null;
}

/**
 * Splits the samples of arrays into two parts, as `keras.utils.split_dataset` splits those of arrays, in the same order for a seed.
 * Resolves to two structures like that of the data, of tensors that the caller disposes.
 * @throws RangeError for sizes that the data do not have.
 */
export async function split_dataset(
  dataset: Data,
  options: SplitDatasetOptions,
): Promise<[Nested<tf.Tensor>, Nested<tf.Tensor>]> {
  const arrays = await convertData(dataset, 0, hostArrayOf);
  const count = countSamples({ x: arrays, y: null, sample_weight: null });
  const [left, right] = sizesOf(count, options.left_size ?? null, options.right_size ?? null);
  const order = Array.from({ length: count }, (_, row) => row);
  if (options.shuffle === true) shuffle(order, options.seed ?? newInitializerSeed());
  const part = (rows: readonly number[]): Nested<tf.Tensor> =>
    mapStructure<HostArray, tf.Tensor>(arrays, (array) => gatherSamples(array, rows));
  return [part(order.slice(0, left)), part(order.slice(count - right))];
}

/** Python's `random.shuffle` with a seed. */
function shuffle(order: number[], seed: number): void {
  const random = new PythonRandom(seed);
  for (let i = order.length - 1; i > 0; i -= 1) {
    const other = random.randint(0, i);
    const [a, b] = [order[i] ?? 0, order[other] ?? 0];
    order[i] = b;
    order[other] = a;
  }
}

function sizesOf(count: number, left: number | null, right: number | null): [number, number] {
  const [first, second] = [sizeOf(count, left, 'left_size'), sizeOf(count, right, 'right_size')];
  if (first === null && second === null) {
    throw new RangeError('split_dataset needs left_size or right_size.');
  }
  const sizes: [number, number] = [first ?? count - (second ?? 0), second ?? count - (first ?? 0)];
  if (sizes[0] + sizes[1] <= count && sizes[0] > 0 && sizes[1] > 0) return sizes;
  throw new RangeError(`${count} samples cannot be split into ${sizes[0]} and ${sizes[1]}.`);
}

function sizeOf(count: number, size: number | null, name: string): number | null {
  if (size === null) return null;
  if (size > 0 && size < 1) return roundHalfToEven(size * count);
  if (Number.isInteger(size) && size > 0 && size < count) return size;
  throw new RangeError(
    `${name} is a whole number below ${count} or a fraction between 0 and 1, not ${size}.`,
  );
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
