import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { accumulate, BuiltInMetric, float, type MetricConfig } from './metric.ts';

/** Arguments of `R2Score`. */
export interface R2ScoreConfig extends MetricConfig {
  /** How the scores of outputs become one; null keeps them apart. */
  readonly class_aggregation?: 'uniform_average' | 'variance_weighted_average' | null;
  /** Number of independent predictors for the adjusted score; 0 for the plain one. */
  readonly num_regressors?: number;
}

/** The sums of a metric, one per output. */
interface Sums {
  readonly squared_sum: Variable;
  readonly sum: Variable;
  readonly total_mse: Variable;
  readonly count: Variable;
}

/** Computes the coefficient of determination. */
export class R2Score extends BuiltInMetric {
  static override readonly className: string = 'R2Score';
  readonly class_aggregation: 'uniform_average' | 'variance_weighted_average' | null;
  readonly num_regressors: number;
  readonly num_samples: Variable;
  squared_sum: Variable | null = null;
  sum: Variable | null = null;
  total_mse: Variable | null = null;
  count: Variable | null = null;

  constructor(config: R2ScoreConfig = {}) {
    const own = ['class_aggregation', 'num_regressors'];
    super({ ...config, name: config.name ?? 'r2_score' }, own);
    const { class_aggregation = 'uniform_average', num_regressors = 0 } = config;
    this.class_aggregation = class_aggregation;
    this.num_regressors = num_regressors;
    if (![null, 'uniform_average', 'variance_weighted_average'].includes(class_aggregation)) {
      throw new RangeError(
        `class_aggregation is uniform_average, variance_weighted_average or null, not '${class_aggregation}'.`,
      );
    }
    if (num_regressors < 0) throw new RangeError('num_regressors is not negative.');
    this.num_samples = this.add_state('num_samples', [], 'int32');
  }

  #sums(): Sums | null {
    const { squared_sum, sum, total_mse, count } = this;
    if (squared_sum === null || sum === null || total_mse === null || count === null) return null;
    return { squared_sum, sum, total_mse, count };
  }

  #make(outputs: number): Sums {
    const sums = {
      squared_sum: this.add_state('squared_sum', [outputs]),
      sum: this.add_state('sum', [outputs]),
      total_mse: this.add_state('residual', [outputs]),
      count: this.add_state('count', [outputs]),
    };
    Object.assign(this, sums);
    return sums;
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_true.rank !== 2 || y_pred?.rank !== 2) {
      throw new RangeError(`${this.name} takes labels and predictions of shape [batch, outputs].`);
    }
    const sums = this.#sums() ?? this.#make(y_pred.shape[1] ?? 1);
    tf.tidy(() => {
      const labels = float(y_true);
      const given = sample_weight === null ? tf.scalar(1) : float(sample_weight);
      const weights = tf.mul(
        tf.onesLike(labels),
        given.rank === 1 ? tf.expandDims(given, 1) : given,
      );
      const add = (variable: Variable, values: tf.Tensor): void => {
        accumulate(variable, tf.sum(tf.mul(values, weights), 0).dataSync());
      };
      add(sums.sum, labels);
      add(sums.squared_sum, tf.square(labels));
      add(sums.total_mse, tf.squaredDifference(labels, float(y_pred)));
      add(sums.count, tf.onesLike(labels));
      accumulate(this.num_samples, [labels.size]);
    });
  }

  override value(): number | number[] {
    const sums = this.#sums();
    if (sums === null) return 0;
    const [square, sum, mse] = [sums.squared_sum, sums.sum, sums.total_mse].map((v) => v.values());
    const variations = Array.from(sums.count.values(), (count, i) => {
      const total = sum?.[i] as number;
      return (square?.[i] as number) - (total * total) / count;
    });
    const scores = variations.map((variation, i) => {
      const score = 1 - (mse?.[i] as number) / variation;
      return Number.isFinite(score) || Number.isNaN(score) ? score : 0;
    });
    if (this.class_aggregation === null) {
      return scores.map((score) => Math.fround(this.#adjusted(score)));
    }
    const weights = this.class_aggregation === 'uniform_average' ? scores.map(() => 1) : variations;
    const weighted = scores.reduce((all, score, i) => all + score * (weights[i] as number), 0);
    const score = weighted / weights.reduce((all, weight) => all + weight, 0);
    return Math.fround(this.#adjusted(score));
  }

  /** Corrects a score for the number of predictors, where there are enough samples. */
  #adjusted(score: number): number {
    const p = this.num_regressors;
    const n = this.num_samples.values()[0] as number;
    if (p === 0 || p >= n - 1) return score;
    return 1 - ((1 - score) * (n - 1)) / (n - p - 1);
  }

  override get_config(): Config {
    const { class_aggregation, num_regressors } = this;
    return { ...super.get_config(), class_aggregation, num_regressors };
  }
}
