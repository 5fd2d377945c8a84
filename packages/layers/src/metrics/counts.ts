import type * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { type ConfusionCounts, confusionCounts, thresholdsOf } from './confusion.ts';
import { accumulate, BuiltInMetric, type MetricConfig } from './metric.ts';

/** Arguments of the metrics that count predictions. */
export interface CountConfig extends MetricConfig {
  /** Number, or numbers, 0…1 above which predictions are positive; 0.5 unless given. */
  readonly thresholds?: number | readonly number[] | null;
}

/** Base of the metrics that count one kind of predictions. */
abstract class Count extends BuiltInMetric {
  readonly init_thresholds: number | readonly number[] | null;
  readonly thresholds: readonly number[];
  readonly accumulator: Variable;

  constructor(config: CountConfig) {
    super(config, ['thresholds']);
    this.init_thresholds = config.thresholds ?? null;
    this.thresholds = thresholdsOf(config.thresholds, 0.5);
    this.accumulator = this.add_state('accumulator', [this.thresholds.length]);
  }

  /** The kind that is counted. */
  protected abstract counted(counts: ConfusionCounts): Float64Array;

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    const { thresholds } = this;
    const counts = confusionCounts(y_true, y_pred, { thresholds, sample_weight });
    accumulate(this.accumulator, this.counted(counts));
  }

  override value(): number | number[] {
    const values = Array.from(this.accumulator.values());
    return values.length === 1 ? (values[0] as number) : values;
  }

  override get_config(): Config {
    return { ...super.get_config(), thresholds: this.init_thresholds };
  }
}

/** Counts positive predictions of positive labels. */
export class TruePositives extends Count {
  static override readonly className: string = 'TruePositives';
  constructor(config: CountConfig = {}) {
    super(config);
  }
  protected override counted(counts: ConfusionCounts): Float64Array {
    return counts.true_positives;
  }
}

/** Counts negative predictions of negative labels. */
export class TrueNegatives extends Count {
  static override readonly className: string = 'TrueNegatives';
  constructor(config: CountConfig = {}) {
    super(config);
  }
  protected override counted(counts: ConfusionCounts): Float64Array {
    return counts.true_negatives;
  }
}

/** Counts positive predictions of negative labels. */
export class FalsePositives extends Count {
  static override readonly className: string = 'FalsePositives';
  constructor(config: CountConfig = {}) {
    super(config);
  }
  protected override counted(counts: ConfusionCounts): Float64Array {
    return counts.false_positives;
  }
}

/** Counts negative predictions of positive labels. */
export class FalseNegatives extends Count {
  static override readonly className: string = 'FalseNegatives';
  constructor(config: CountConfig = {}) {
    super(config);
  }
  protected override counted(counts: ConfusionCounts): Float64Array {
    return counts.false_negatives;
  }
}
