import * as tf from '@tensorflow/tfjs-core';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { reduce } from '../ragged/reduce.ts';
import { sameNestedSplits } from '../ragged/row-partition.ts';
import type { Loss } from './loss.ts';
import { compute_weighted_loss } from './weighting.ts';

/** Labels and predictions of one output. */
export type Compared = tf.Tensor | RaggedTensor;

/**
 * Applies a loss to ragged predictions and labels of the same rows, as Keras does: to each value that has axes of its
 * own, else to each row, over which the loss takes a mean. Sample weights are those of the outermost rows.
 * @throws TypeError when only one of the two is ragged, RangeError for different rows.
 */
export function raggedLoss(
  loss: Loss,
  y_true: Compared,
  y_pred: Compared,
  sample_weight: tf.Tensor | null,
): tf.Tensor {
  const [labels, predictions] = requireSameRows(y_true, y_pred);
  if (predictions.flat_values.rank > 1) {
    const weights = sample_weight && ofValues(sample_weight, predictions);
    return loss.apply(labels.flat_values, predictions.flat_values, weights);
  }
  const column = (x: RaggedTensor): tf.Tensor => tf.expandDims(x.flat_values, -1);
  const values = loss.call(column(labels), column(predictions));
  const rows = reduce(predictions.with_flat_values(values), 'mean', predictions.ragged_rank);
  const each = rows instanceof RaggedTensor ? rows.flat_values : rows;
  return compute_weighted_loss(each, sample_weight, loss.reduction);
}

/**
 * The values of ragged labels and predictions, which metrics compare. Keras adds an axis to both, so that metrics over
 * the last axis, such as the categorical accuracy, see one number at a time.
 */
export function comparedValues(
  y_true: Compared,
  y_pred: Compared,
): readonly [y_true: tf.Tensor, y_pred: tf.Tensor] {
  if (y_true instanceof tf.Tensor && y_pred instanceof tf.Tensor) return [y_true, y_pred];
  const [labels, predictions] = requireSameRows(y_true, y_pred);
  return [tf.expandDims(labels.flat_values, -1), tf.expandDims(predictions.flat_values, -1)];
}

function requireSameRows(y_true: Compared, y_pred: Compared): [RaggedTensor, RaggedTensor] {
  if (!(y_true instanceof RaggedTensor && y_pred instanceof RaggedTensor)) {
    throw new TypeError('Labels are ragged where predictions are, and only there.');
  }
  if (sameNestedSplits(y_true.nested_row_splits, y_pred.nested_row_splits)) return [y_true, y_pred];
  throw new RangeError('Labels and predictions have rows of different lengths.');
}

/** Weights of rows for each of their values. */
function ofValues(weights: tf.Tensor, ragged: RaggedTensor): tf.Tensor {
  const spread = tf.gather(weights, tf.tensor1d(ragged.value_rowids(), 'int32'));
  const { values } = ragged;
  return values instanceof RaggedTensor ? ofValues(spread, values) : spread;
}
