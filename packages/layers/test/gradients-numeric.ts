import { expect } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { numbers } from './ops-backends.ts';

const STEP = 1e-2;

/**
 * Compares the gradients of a weighted sum of `fn`'s output with central differences.
 *
 * float32 arithmetic leaves the differences an error near 1e-3 of the largest value, which sets the tolerance.
 */
export function expectGradientsMatchDifferences(
  fn: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  step: number = STEP,
): void {
  const scalarOf = (...xs: tf.Tensor[]): tf.Scalar => {
    const y = fn(...xs);
    return tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 0.5, 1.5), y.shape)));
  };
  const gradients = tf.grads(scalarOf)([...inputs]);
  inputs.forEach((input, position) => {
    const expected = differences(scalarOf, inputs, position, step);
    const actual = gradients[position]?.dataSync() ?? [];
    const scale = Math.max(1, ...expected.map(Math.abs));
    expect(gradients[position]?.shape).toEqual(input.shape);
    expected.forEach((value, i) => {
      if (Math.abs((actual[i] ?? Number.NaN) - value) <= 5e-3 * scale) return;
      throw new Error(
        `input ${position}, element ${i}: gradient ${actual[i]}, difference ${value}`,
      );
    });
  });
}

function differences(
  scalarOf: (...xs: tf.Tensor[]) => tf.Scalar,
  inputs: readonly tf.Tensor[],
  position: number,
  step: number,
): number[] {
  const input = inputs[position];
  if (input === undefined) return [];
  const values = Float32Array.from(input.dataSync());
  const at = (index: number, delta: number): number => {
    const moved = values.slice();
    moved[index] = (moved[index] ?? 0) + delta;
    const xs = inputs.map((x, i) => (i === position ? tf.tensor(moved, x.shape) : x));
    return tf.tidy(() => scalarOf(...xs)).dataSync()[0] ?? Number.NaN;
  };
  return Array.from(values, (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}
