import {
  accuracy,
  binary_matches,
  categorical_accuracy,
  sparse_categorical_accuracy,
  sparse_top_k_categorical_accuracy,
  top_k_categorical_accuracy,
} from './functions.ts';
import type { MetricConfig } from './metric.ts';
import { WrappedMetric } from './wrapped.ts';

/** Computes how often predictions equal labels. */
export class Accuracy extends WrappedMetric {
  static override readonly className: string = 'Accuracy';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: accuracy, name: 'accuracy' });
  }
}

/** Arguments of `BinaryAccuracy`. */
export interface BinaryAccuracyConfig extends MetricConfig {
  readonly threshold?: number;
}

/** Computes how often predictions are on the side of the threshold of their labels. */
export class BinaryAccuracy extends WrappedMetric {
  static override readonly className: string = 'BinaryAccuracy';
  constructor(config: BinaryAccuracyConfig = {}) {
    const kwargs = { threshold: config.threshold ?? 0.5 };
    super(config, {
      fn: (y_true, y_pred) => binary_matches(y_true, y_pred, kwargs),
      name: 'binary_accuracy',
      kwargs,
    });
  }
}

/** Computes how often the best class is that of a one-hot label. */
export class CategoricalAccuracy extends WrappedMetric {
  static override readonly className: string = 'CategoricalAccuracy';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: categorical_accuracy, name: 'categorical_accuracy' });
  }
}

/** Computes how often the best class is that of a class number. */
export class SparseCategoricalAccuracy extends WrappedMetric {
  static override readonly className: string = 'SparseCategoricalAccuracy';
  constructor(config: MetricConfig = {}) {
    super(config, { fn: sparse_categorical_accuracy, name: 'sparse_categorical_accuracy' });
  }
}

/** Arguments of the top-k accuracies. */
export interface TopKConfig extends MetricConfig {
  readonly k?: number;
}

/** Computes how often the class of a one-hot label is among the k best. */
export class TopKCategoricalAccuracy extends WrappedMetric {
  static override readonly className: string = 'TopKCategoricalAccuracy';
  constructor(config: TopKConfig = {}) {
    const kwargs = { k: config.k ?? 5 };
    super(config, {
      fn: (y_true, y_pred) => top_k_categorical_accuracy(y_true, y_pred, kwargs),
      name: 'top_k_categorical_accuracy',
      kwargs,
    });
  }
}

/** Computes how often a class number is among the k best classes. */
export class SparseTopKCategoricalAccuracy extends WrappedMetric {
  static override readonly className: string = 'SparseTopKCategoricalAccuracy';
  constructor(config: TopKConfig = {}) {
    const kwargs = { k: config.k ?? 5 };
    super(config, {
      fn: (y_true, y_pred) => sparse_top_k_categorical_accuracy(y_true, y_pred, kwargs),
      name: 'sparse_top_k_categorical_accuracy',
      kwargs,
    });
  }
}
