import * as tf from '@tensorflow/tfjs-core';
import type { MetaSpec } from './kernel.ts';
import { withMetaBackend } from './with-meta-backend.ts';

/** Shape with null for each axis of unknown length, and dtype. */
export interface OpenSpec {
  readonly shape: readonly (number | null)[];
  readonly dtype: tf.DataType;
}

/**
 * Lengths that stand for unknown axes, per run: the first axis, which all inputs share, and any other. The others are
 * long and divisible, so that usual windows and strides fit.
 */
const RUNS: readonly (readonly [first: number, other: number])[] = [
  [2, 48],
  [3, 72],
  [5, 120],
];

/**
 * Finds the shapes a function returns by running it on the shape-only backend with several lengths of the unknown axes.
 *
 * An axis of a result whose length differs between the runs is null.
 *
 * @param fn Gets one tensor per spec; it must not read values.
 * @throws RangeError if the number or the ranks of the results depend on the unknown lengths.
 */
export function inferShapes(
  fn: (...inputs: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[],
  specs: readonly OpenSpec[],
): OpenSpec[] {
  const isOpen = specs.some(({ shape }) => shape.includes(null));
  const runs = (isOpen ? RUNS : RUNS.slice(0, 1)).map((lengths) => run(fn, specs, lengths));
  const [first = [], ...others] = runs;
  return first.map(({ shape, dtype }, i) => ({
    dtype,
    shape: others.reduce((merged: readonly (number | null)[], outputs) => {
      const other = outputs[i]?.shape ?? [];
      if (outputs.length !== first.length || other.length !== shape.length) {
        throw new RangeError('the ranks of the results depend on lengths that are unknown');
      }
      return merged.map((length, axis) => (length === other[axis] ? length : null));
    }, shape),
  }));
}

function run(
  fn: (...inputs: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[],
  specs: readonly OpenSpec[],
  [first, other]: readonly [number, number],
): MetaSpec[] {
  const results: MetaSpec[] = [];
  withMetaBackend(() => {
    tf.tidy(() => {
      const inputs = specs.map(({ shape, dtype }) =>
        placeholder(
          shape.map((length, axis) => length ?? (axis === 0 ? first : other)),
          dtype,
        ),
      );
      const outputs = fn(...inputs);
      const list = outputs instanceof tf.Tensor ? [outputs] : outputs;
      results.push(...list.map(({ shape, dtype }) => ({ shape, dtype })));
    });
  });
  return results;
}

/** Makes a tensor without values on the active shape-only backend. */
function placeholder(shape: number[], dtype: tf.DataType): tf.Tensor {
  return tf.engine().runKernel(tf.Fill, {}, { shape, dtype, value: dtype === 'string' ? '' : 0 });
}
