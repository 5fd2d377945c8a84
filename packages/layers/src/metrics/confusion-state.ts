import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../engine/variable.ts';
import { type ConfusionOptions, confusionCounts } from './confusion.ts';
import { accumulate, divideNoNan } from './metric.ts';

/** The four counts that curves are computed from. */
export interface ConfusionState {
  readonly true_positives: Variable;
  readonly true_negatives: Variable;
  readonly false_positives: Variable;
  readonly false_negatives: Variable;
}

/** Adds a batch to the counts. */
export function addBatch(
  state: ConfusionState,
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: ConfusionOptions,
): void {
  const counts = confusionCounts(y_true, y_pred, options);
  accumulate(state.true_positives, counts.true_positives);
  accumulate(state.true_negatives, counts.true_negatives);
  accumulate(state.false_positives, counts.false_positives);
  accumulate(state.false_negatives, counts.false_negatives);
}

/** Divides a count by its sum with another, element by element. */
export function partOf(count: Variable, other: Variable): number[] {
  const others = other.values();
  return Array.from(count.values(), (value, i) =>
    Math.fround(divideNoNan(value, Math.fround(value + (others[i] as number)))),
  );
}
