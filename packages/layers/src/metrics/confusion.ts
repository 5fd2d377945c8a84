import * as tf from '@tensorflow/tfjs-core';
import { squeeze_to_match, weights_to_match } from '../losses/weighting.ts';
import { float } from './metric.ts';
import { scoped } from './scoped.ts';

/** Sums of weights by threshold, and within by label when labels are counted apart. */
export interface ConfusionCounts {
  readonly true_positives: Float64Array;
  readonly false_positives: Float64Array;
  readonly true_negatives: Float64Array;
  readonly false_negatives: Float64Array;
}

/** How predictions are counted. */
export interface ConfusionOptions {
  readonly thresholds: readonly number[];
  readonly sample_weight?: tf.Tensor | null;
  /** Weight of each label. */
  readonly label_weights?: readonly number[] | null;
  /** Number of predictions of a sample that can be positive. */
  readonly top_k?: number | null;
  /** The one class that is counted. */
  readonly class_id?: number | null;
  /** Whether each label, the last axis, is counted apart. */
  readonly multi_label?: boolean;
}

/** Below every threshold: what predictions outside of the best k count as. */
export const NEVER: number = -1e10;

/** Numbers of a batch: labels, predictions and weights of all elements. */
interface Batch {
  readonly labels: ArrayLike<number>;
  readonly predictions: ArrayLike<number>;
  readonly weights: ArrayLike<number> | null;
  /** Elements per sample. */
  readonly width: number;
}

/** Checks thresholds, or gives the fallback. */
export function thresholdsOf(
  thresholds: number | readonly number[] | null | undefined,
  fallback: number,
): readonly number[] {
  if (thresholds === null || thresholds === undefined) return [fallback];
  const list = typeof thresholds === 'number' ? [thresholds] : thresholds;
  const wrong = list.filter((threshold) => !(threshold >= 0 && threshold <= 1));
  if (wrong.length === 0) return list;
  throw new RangeError(`Thresholds are 0…1, not ${wrong.join(', ')}.`);
}

/** The thresholds `0, 1/(n − 1), …, 1`. */
export function evenThresholds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i / (count - 1));
}

function areEven(thresholds: readonly number[]): boolean {
  if (thresholds.length < 3) return false;
  return evenThresholds(thresholds.length).every(
    (even, i) => Math.abs((thresholds[i] as number) - even) <= 1.0001e-7 + 1e-5 * even,
  );
}

/** Counts true and false, positive and negative predictions at each threshold. */
export function confusionCounts(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  options: ConfusionOptions,
): ConfusionCounts {
  const batch = scoped(() => batchOf(y_true, y_pred, options));
  const groups = options.multi_label === true ? batch.width : 1;
  return areEven(options.thresholds)
    ? countByBuckets(batch, options.thresholds, groups)
    : countByComparison(batch, options.thresholds, groups);
}

function batchOf(y_true: tf.Tensor, y_pred: tf.Tensor, options: ConfusionOptions): Batch {
  const matched = squeeze_to_match(float(y_true), float(y_pred));
  const { class_id = null, top_k = null, label_weights = null, sample_weight = null } = options;
  tf.util.assertShapesMatch(matched.y_true.shape, matched.y_pred.shape, 'labels and predictions: ');
  const classes = matched.y_pred.rank > 0 ? (matched.y_pred.shape.at(-1) ?? 1) : 1;
  const scores = matched.y_pred.dataSync();
  const filtered = top_k === null ? scores : bestOnly(scores, classes, top_k);
  const weighted =
    sample_weight === null
      ? null
      : weightsOf(weights_to_match(matched.y_pred, float(sample_weight)), matched.y_pred);
  const weights = label_weights === null ? weighted : times(weighted, label_weights, scores.length);
  const labels = matched.y_true.dataSync();
  if (class_id === null) return { labels, predictions: filtered, weights, width: classes };
  const pick = (values: ArrayLike<number>): number[] =>
    Array.from(values).filter((_, i) => i % classes === class_id);
  return {
    labels: pick(labels),
    predictions: pick(filtered),
    weights: weights === null ? null : pick(weights),
    width: 1,
  };
}

const weightsOf = (weights: tf.Tensor, like: tf.Tensor): Float32Array =>
  tf.mul(tf.onesLike(like), weights).dataSync<'float32'>();

function times(
  weights: ArrayLike<number> | null,
  label_weights: readonly number[],
  length: number,
): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const of_label = label_weights[i % label_weights.length] as number;
    return of_label * (weights === null ? 1 : (weights[i] as number));
  });
}

/** Keeps the k best scores of each sample; of equal ones the first. */
function bestOnly(scores: ArrayLike<number>, classes: number, k: number): Float32Array {
  const kept = new Float32Array(scores.length).fill(NEVER);
  for (let start = 0; start < scores.length; start += classes) {
    const order = Array.from({ length: classes }, (_, i) => start + i);
    order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
    for (const at of order.slice(0, k)) kept[at] = scores[at] as number;
  }
  return kept;
}

function emptyCounts(length: number): ConfusionCounts {
  return {
    true_positives: new Float64Array(length),
    false_positives: new Float64Array(length),
    true_negatives: new Float64Array(length),
    false_negatives: new Float64Array(length),
  };
}

const addTo = (counts: Float64Array, at: number, amount: number): void => {
  counts[at] = (counts[at] as number) + amount;
};

/** Calls `visit` with what belongs to each element. */
function forEachElement(
  { labels, predictions, weights, width }: Batch,
  groups: number,
  visit: (prediction: number, isTrue: boolean, weight: number, group: number) => void,
): void {
  for (let i = 0; i < labels.length; i += 1) {
    const weight = weights === null ? 1 : (weights[i] as number);
    visit(predictions[i] as number, labels[i] !== 0, weight, groups === 1 ? 0 : i % width);
  }
}

function countByComparison(
  batch: Batch,
  thresholds: readonly number[],
  groups: number,
): ConfusionCounts {
  const counts = emptyCounts(thresholds.length * groups);
  const limits = Float32Array.from(thresholds);
  forEachElement(batch, groups, (prediction, isTrue, weight, group) => {
    const positive = isTrue ? counts.true_positives : counts.false_positives;
    const negative = isTrue ? counts.false_negatives : counts.true_negatives;
    limits.forEach((limit, k) => {
      addTo(prediction > limit ? positive : negative, k * groups + group, weight);
    });
  });
  return counts;
}

/**
 * Sorts predictions into the stretches between evenly spaced thresholds, which takes time that does not depend on
 * the number of thresholds, and gives TensorFlow's counts for predictions that lie on one.
 */
function countByBuckets(
  batch: Batch,
  thresholds: readonly number[],
  groups: number,
): ConfusionCounts {
  const count = thresholds.length;
  const counts = emptyCounts(count * groups);
  const beyond = (thresholds[0] as number) < 0 || (thresholds.at(-1) as number) > 1;
  const totals = { true: new Float64Array(groups), false: new Float64Array(groups) };
  forEachElement(batch, groups, (prediction, isTrue, weight, group) => {
    addTo(isTrue ? totals.true : totals.false, group, weight);
    const limited = Math.min(Math.max(prediction, 0), 1);
    const bucket = Math.ceil(Math.fround(limited * (count - 1))) - 1;
    const at = beyond ? Math.max(bucket, 0) : bucket;
    if (!(at >= 0)) return;
    addTo(isTrue ? counts.true_positives : counts.false_positives, at * groups + group, weight);
  });
  for (let at = (count - 1) * groups - 1; at >= 0; at -= 1) {
    addTo(counts.true_positives, at, counts.true_positives[at + groups] as number);
    addTo(counts.false_positives, at, counts.false_positives[at + groups] as number);
  }
  for (let at = 0; at < count * groups; at += 1) {
    const group = at % groups;
    const all_true = totals.true[group] as number;
    const all_false = totals.false[group] as number;
    counts.false_negatives[at] = all_true - (counts.true_positives[at] as number);
    counts.true_negatives[at] = all_false - (counts.false_positives[at] as number);
  }
  return counts;
}
