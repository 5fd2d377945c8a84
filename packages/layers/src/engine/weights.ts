import type { Tensor as TensorRecord } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from './flat.ts';
import { printShape } from './input-spec.ts';
import type { Variable } from './variable.ts';
import { type AssignableValue, isRecord } from './variable-values.ts';

/** Copies of the values of weights, in their order; the caller owns the tensors. */
export function readWeights(weights: readonly Variable[]): tf.Tensor[] {
  return weights.map((weight) => tf.clone(weight.read()));
}

/** Shape of a value that a weight may be set to; `null` where only reading it would tell. */
function shapeOfValue(value: AssignableValue): readonly number[] | null {
  if (value instanceof tf.Tensor || isRecord(value)) return value.shape;
  return null;
}

/**
 * Sets weights in their order.
 * @throws RangeError with Keras's message when the count or a shape differs; nothing is changed then.
 */
export function writeWeights(
  layerName: string,
  weights: readonly Variable[],
  values: readonly AssignableValue[],
): void {
  if (weights.length !== values.length) {
    throw new RangeError(
      `You called \`set_weights(weights)\` on layer "${layerName}" with a weight list of length ${String(values.length)}, but the layer was expecting ${String(weights.length)} weights.`,
    );
  }
  weights.forEach((weight, i) => {
    const value = values[i];
    const shape = value === undefined ? null : shapeOfValue(value);
    if (shape === null || shape.join() === weight.shape.join()) return;
    throw new RangeError(
      `Layer ${layerName} weight shape ${printShape(weight.shape)} is not compatible with provided weight shape ${printShape(shape)}.`,
    );
  });
  weights.forEach((weight, i) => {
    const value = values[i];
    if (value !== undefined) weight.assign(value);
  });
}

/** Number of scalars in weights. */
export function countParams(weights: readonly Variable[]): number {
  return weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
}

/** The exact values of weights in their stored dtypes, in their order. */
export function recordWeights(weights: readonly Variable[]): TensorRecord[] {
  return weights.map((weight) => weight.record());
}
