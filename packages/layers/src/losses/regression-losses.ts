import { BuiltInLoss } from './built-in.ts';
import { kl_divergence } from './divergence.ts';
import type { LossConfig } from './loss.ts';
import {
  cosine_similarity,
  huber,
  log_cosh,
  mean_absolute_error,
  mean_absolute_percentage_error,
  mean_squared_error,
  mean_squared_logarithmic_error,
  poisson,
} from './regression.ts';

/** Computes the mean of squared differences. */
export class MeanSquaredError extends BuiltInLoss {
  static override readonly className: string = 'MeanSquaredError';
  constructor(config: LossConfig = {}) {
    super(config, { fn: mean_squared_error, fn_name: 'mean_squared_error' });
  }
}

/** Computes the mean of absolute differences. */
export class MeanAbsoluteError extends BuiltInLoss {
  static override readonly className: string = 'MeanAbsoluteError';
  constructor(config: LossConfig = {}) {
    super(config, { fn: mean_absolute_error, fn_name: 'mean_absolute_error' });
  }
}

/** Computes 100 times the mean of relative differences. */
export class MeanAbsolutePercentageError extends BuiltInLoss {
  static override readonly className: string = 'MeanAbsolutePercentageError';
  constructor(config: LossConfig = {}) {
    super(config, {
      fn: mean_absolute_percentage_error,
      fn_name: 'mean_absolute_percentage_error',
    });
  }
}

/** Computes the mean of squared differences of `log(x + 1)`. */
export class MeanSquaredLogarithmicError extends BuiltInLoss {
  static override readonly className: string = 'MeanSquaredLogarithmicError';
  constructor(config: LossConfig = {}) {
    super(config, {
      fn: mean_squared_logarithmic_error,
      fn_name: 'mean_squared_logarithmic_error',
    });
  }
}

/** Computes the mean of the logarithm of the hyperbolic cosine of the differences. */
export class LogCosh extends BuiltInLoss {
  static override readonly className: string = 'LogCosh';
  constructor(config: LossConfig = {}) {
    super(config, { fn: log_cosh, fn_name: 'log_cosh' });
  }
}

/** Computes the mean of `ŷ − y · log ŷ`. */
export class Poisson extends BuiltInLoss {
  static override readonly className: string = 'Poisson';
  constructor(config: LossConfig = {}) {
    super(config, { fn: poisson, fn_name: 'poisson' });
  }
}

/** Computes the Kullback-Leibler divergence. */
export class KLDivergence extends BuiltInLoss {
  static override readonly className: string = 'KLDivergence';
  constructor(config: LossConfig = {}) {
    super(config, { fn: kl_divergence, fn_name: 'kl_divergence' });
  }
}

/** Arguments of `Huber`. */
export interface HuberConfig extends LossConfig {
  /** Size up to which a difference counts squared. */
  readonly delta?: number;
}

/** Computes the mean of differences, squared when small and linear when large. */
export class Huber extends BuiltInLoss {
  static override readonly className: string = 'Huber';
  constructor(config: HuberConfig = {}) {
    const kwargs = { delta: config.delta ?? 1 };
    super(config, {
      fn: (y_true, y_pred) => huber(y_true, y_pred, kwargs),
      fn_name: 'huber',
      name: 'huber_loss',
      kwargs,
    });
  }
}

/** Arguments of `CosineSimilarity`. */
export interface CosineSimilarityConfig extends LossConfig {
  readonly axis?: number;
}

/** Computes the negative cosine of the angle between labels and predictions. */
export class CosineSimilarity extends BuiltInLoss {
  static override readonly className: string = 'CosineSimilarity';
  constructor(config: CosineSimilarityConfig = {}) {
    const kwargs = { axis: config.axis ?? -1 };
    super(config, {
      fn: (y_true, y_pred) => cosine_similarity(y_true, y_pred, kwargs),
      fn_name: 'cosine_similarity',
      kwargs,
    });
  }
}
