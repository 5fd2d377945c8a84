import { binary_crossentropy, categorical_crossentropy } from '../losses/crossentropy.ts';
import { sparse_categorical_crossentropy } from '../losses/sparse-crossentropy.ts';
import type { MetricConfig } from './metric.ts';
import { WrappedMetric } from './wrapped.ts';

/** Arguments of `BinaryCrossentropy`. */
export interface BinaryCrossentropyConfig extends MetricConfig {
  readonly from_logits?: boolean;
  readonly label_smoothing?: number;
}

/** Computes the mean crossentropy of yes-or-no predictions. */
export class BinaryCrossentropy extends WrappedMetric {
  static override readonly className: string = 'BinaryCrossentropy';
  constructor(config: BinaryCrossentropyConfig = {}) {
    const { from_logits = false, label_smoothing = 0 } = config;
    const kwargs = { from_logits, label_smoothing };
    super(config, {
      fn: (y_true, y_pred) => binary_crossentropy(y_true, y_pred, kwargs),
      name: 'binary_crossentropy',
      kwargs,
    });
  }
}

/** Arguments of `CategoricalCrossentropy`. */
export interface CategoricalCrossentropyConfig extends BinaryCrossentropyConfig {
  readonly axis?: number;
}

/** Computes the mean crossentropy of class distributions. */
export class CategoricalCrossentropy extends WrappedMetric {
  static override readonly className: string = 'CategoricalCrossentropy';
  constructor(config: CategoricalCrossentropyConfig = {}) {
    const { from_logits = false, label_smoothing = 0, axis = -1 } = config;
    const kwargs = { from_logits, label_smoothing, axis };
    super(config, {
      fn: (y_true, y_pred) => categorical_crossentropy(y_true, y_pred, kwargs),
      name: 'categorical_crossentropy',
      kwargs,
    });
  }
}

/** Arguments of `SparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyConfig extends MetricConfig {
  readonly from_logits?: boolean;
  readonly ignore_class?: number | null;
  readonly axis?: number;
}

/** Computes the mean crossentropy of class distributions whose labels are class numbers. */
export class SparseCategoricalCrossentropy extends WrappedMetric {
  static override readonly className: string = 'SparseCategoricalCrossentropy';
  constructor(config: SparseCategoricalCrossentropyConfig = {}) {
    const { from_logits = false, ignore_class = null, axis = -1 } = config;
    const kwargs = { from_logits, ignore_class, axis };
    super(config, {
      fn: (y_true, y_pred) => sparse_categorical_crossentropy(y_true, y_pred, kwargs),
      name: 'sparse_categorical_crossentropy',
      kwargs,
    });
  }
}
