import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { get_mask } from '../engine/mask.ts';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import type { LossFn } from '../losses/loss.ts';
import { apply_valid_mask, squeeze_to_match, weights_to_match } from '../losses/weighting.ts';
import { accumulate, BuiltInMetric, divideNoNan, float, type MetricConfig } from './metric.ts';
import { scoped } from './scoped.ts';

/** A weighted sum of a batch and the sum of its weights. */
interface BatchSums<T> {
  readonly total: T;
  readonly count: T;
}

/** Sums up values with their weights, which may lack axes of the values. */
function sumTensors(
  values: tf.Tensor,
  sample_weight: tf.Tensor | null,
  of_inner: 'mean' | 'sum',
): BatchSums<tf.Tensor> {
  const all = float(values);
  if (sample_weight === null) return { total: tf.sum(all), count: tf.scalar(all.size) };
  const weights = weights_to_match(all, float(sample_weight));
  const axes = all.shape.map((_, axis) => axis).slice(weights.rank);
  const reduced =
    weights.rank === 0 || axes.length === 0
      ? all
      : of_inner === 'sum'
        ? tf.sum(all, axes)
        : tf.mean(all, axes);
  const broadcast = tf.mul(tf.onesLike(reduced), weights);
  return { total: tf.sum(tf.mul(reduced, weights)), count: tf.sum(broadcast) };
}

function weightedSums(
  values: tf.Tensor,
  sample_weight: tf.Tensor | null,
  of_inner: 'mean' | 'sum',
): BatchSums<number> {
  if (values.size === 0) return { total: 0, count: 0 };
  return scoped(() => {
    const { total, count } = sumTensors(values, sample_weight, of_inner);
    const numberOf = (x: tf.Tensor): number => x.dataSync()[0] as number;
    return { total: numberOf(total), count: numberOf(count) };
  });
}

/** Computes the weighted mean of all values. */
export class Mean extends BuiltInMetric {
  static override readonly className: string = 'Mean';
  readonly total: Variable;
  readonly count: Variable;

  constructor(config: MetricConfig = {}, own_keys: readonly string[] = []) {
    super({ ...config, name: config.name ?? 'mean' }, own_keys);
    this.total = this.add_state('total');
    this.count = this.add_state('count');
  }

  override update_state(
    values: tf.Tensor,
    sample_weight?: tf.Tensor | null,
    _none?: tf.Tensor | null,
  ): void {
    this.add_values(values, sample_weight ?? null);
  }

  /** Adds values with their weights. */
  protected add_values(values: tf.Tensor, sample_weight: tf.Tensor | null): void {
    if (isTracing()) {
      const sums = sumTensors(values, sample_weight, 'mean');
      this.total.assign_add(sums.total);
      this.count.assign_add(sums.count);
      return;
    }
    const { total, count } = weightedSums(values, sample_weight, 'mean');
    this.add_sums(total, count);
  }

  /** Adds a weighted sum and the sum of its weights. */
  add_sums(total: number, count: number): void {
    accumulate(this.total, [total]);
    accumulate(this.count, [count]);
  }

  override value(): number {
    const [total, count] = [this.total.values()[0], this.count.values()[0]];
    return Math.fround(divideNoNan(total as number, count as number));
  }
}

/** Computes the weighted sum of all values. */
export class Sum extends BuiltInMetric {
  static override readonly className: string = 'Sum';
  readonly total: Variable;

  constructor(config: MetricConfig = {}) {
    super({ ...config, name: config.name ?? 'sum' });
    this.total = this.add_state('total');
  }

  override update_state(values: tf.Tensor, sample_weight?: tf.Tensor | null): void {
    if (isTracing()) {
      this.total.assign_add(sumTensors(values, sample_weight ?? null, 'sum').total);
      return;
    }
    accumulate(this.total, [weightedSums(values, sample_weight ?? null, 'sum').total]);
  }

  override value(): number {
    return this.total.values()[0] as number;
  }
}

/** Arguments of `MeanMetricWrapper`. */
export interface MeanMetricWrapperConfig extends MetricConfig {
  readonly fn: LossFn;
  /** Keras's name of the function in saved configurations. */
  readonly fn_name?: string;
  /** Keyword arguments of the function. */
  readonly kwargs?: Config;
}

/** Averages what a function computes of labels and predictions. */
export class MeanMetricWrapper extends Mean {
  static override readonly className: string = 'MeanMetricWrapper';
  readonly fn: LossFn;
  readonly fn_name: string;
  readonly kwargs: Config;

  constructor({ fn, fn_name, kwargs, ...config }: MeanMetricWrapperConfig) {
    super({ ...config, name: config.name ?? fn_name ?? fn.name });
    this.fn = fn;
    this.fn_name = fn_name ?? fn.name;
    this.kwargs = kwargs ?? {};
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    tf.tidy(() => {
      const matched = squeeze_to_match(float(y_true), float(y_pred));
      const matches = this.fn(matched.y_true, matched.y_pred, this.kwargs);
      const weights = apply_valid_mask(sample_weight, get_mask(matches), 'none');
      this.add_values(matches, weights);
    });
  }

  override get_config(): Config {
    return { ...super.get_config(), fn: this.fn_name, ...this.kwargs };
  }
}
