import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { kl_divergence } from '../losses/divergence.ts';
import { categorical_hinge, hinge, squared_hinge } from '../losses/hinge.ts';
import * as losses from '../losses/regression.ts';
import { squeeze_to_match } from '../losses/weighting.ts';
import { cosine_similarity } from './functions.ts';
import { Mean } from './mean.ts';
import { float, type MetricConfig } from './metric.ts';
import { WrappedMetric } from './wrapped.ts';

/** Computes the mean of squared differences. */
export class MeanSquaredError extends WrappedMetric {
  static override readonly className: string = 'MeanSquaredError';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: losses.mean_squared_error, name: 'mean_squared_error' });
  }
}

/** Computes the mean of absolute differences. */
export class MeanAbsoluteError extends WrappedMetric {
  static override readonly className: string = 'MeanAbsoluteError';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: losses.mean_absolute_error, name: 'mean_absolute_error' });
  }
}

/** Computes 100 times the mean of relative differences. */
export class MeanAbsolutePercentageError extends WrappedMetric {
  static override readonly className: string = 'MeanAbsolutePercentageError';
  constructor(config: MetricConfig = {}) {
    const fn = losses.mean_absolute_percentage_error;
    super(config, { fn, name: 'mean_absolute_percentage_error' });
  }
}

/** Computes the mean of squared differences of `log(x + 1)`. */
export class MeanSquaredLogarithmicError extends WrappedMetric {
  static override readonly className: string = 'MeanSquaredLogarithmicError';
  constructor(config: MetricConfig = {}) {
    const fn = losses.mean_squared_logarithmic_error;
    super(config, { fn, name: 'mean_squared_logarithmic_error' });
  }
}

/** Computes the mean of the logarithm of the hyperbolic cosine of the differences. */
export class LogCoshError extends WrappedMetric {
  static override readonly className: string = 'LogCoshError';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: losses.log_cosh, name: 'logcosh' });
  }
}

/** Computes the mean of `ŷ − y · log ŷ`. */
export class Poisson extends WrappedMetric {
  static override readonly className: string = 'Poisson';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: losses.poisson, name: 'poisson' });
  }
}

/** Computes the mean Kullback-Leibler divergence. */
export class KLDivergence extends WrappedMetric {
  static override readonly className: string = 'KLDivergence';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: kl_divergence, name: 'kullback_leibler_divergence' });
  }
}

/** Computes the mean of `max(1 − y · ŷ, 0)`. */
export class Hinge extends WrappedMetric {
  static override readonly className: string = 'Hinge';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: hinge, name: 'hinge' });
  }
}

/** Computes the mean of the squares of `max(1 − y · ŷ, 0)`. */
export class SquaredHinge extends WrappedMetric {
  static override readonly className: string = 'SquaredHinge';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: squared_hinge, name: 'squared_hinge' });
  }
}

/** Computes the mean margin between the right class and the best of the others. */
export class CategoricalHinge extends WrappedMetric {
  static override readonly className: string = 'CategoricalHinge';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: categorical_hinge, name: 'categorical_hinge' });
  }
}

/** Arguments of `CosineSimilarity`. */
export interface CosineSimilarityConfig extends MetricConfig {
  readonly axis?: number;
}

/** Computes the mean cosine of the angle between labels and predictions. */
export class CosineSimilarity extends WrappedMetric {
  static override readonly className: string = 'CosineSimilarity';
  constructor(config: CosineSimilarityConfig = {}) {
    const kwargs = { axis: config.axis ?? -1 };
    super(config, {
      fn: (y_true, y_pred) => cosine_similarity(y_true, y_pred, kwargs),
      name: 'cosine_similarity',
      kwargs,
    });
  }
}

/** Computes the square root of the mean of squared differences. */
export class RootMeanSquaredError extends Mean {
  static override readonly className: string = 'RootMeanSquaredError';
  constructor(config: MetricConfig = {}) {
    super({ ...config, name: config.name ?? 'root_mean_squared_error' });
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    tf.tidy(() => {
      const matched = squeeze_to_match(float(y_true), float(y_pred));
      this.add_values(tf.squaredDifference(matched.y_pred, matched.y_true), sample_weight);
    });
  }

  override value(): number {
    return Math.fround(Math.sqrt(super.value()));
  }
}

/** Arguments of `MeanRelativeError`. */
export interface MeanRelativeErrorConfig extends MetricConfig {
  /** What errors are divided by: a number, or one for each element of a sample. */
  readonly normalizer: number | readonly number[];
}

/** Computes the mean of absolute differences divided by given numbers. */
export class MeanRelativeError extends Mean {
  static override readonly className: string = 'MeanRelativeError';
  readonly normalizer: number | readonly number[];

  constructor(config: MeanRelativeErrorConfig) {
    const { normalizer, ...rest } = config;
    super({ ...rest, name: rest.name ?? 'mean_relative_error' });
    this.normalizer = normalizer;
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    tf.tidy(() => {
      const matched = squeeze_to_match(float(y_true), float(y_pred));
      const errors = tf.abs(tf.sub(matched.y_true, matched.y_pred));
      const normalizer = tf.tensor(this.normalizer as number | number[], undefined, 'float32');
      this.add_values(tf.divNoNan(errors, normalizer), sample_weight);
    });
  }

  override get_config(): Config {
    return { ...super.get_config(), normalizer: this.normalizer };
  }
}
