import type * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { confusionCounts, NEVER, thresholdsOf } from './confusion.ts';
import type { CountConfig } from './counts.ts';
import { accumulate, BuiltInMetric, divideNoNan } from './metric.ts';

/** Arguments of `Precision` and `Recall`. */
export interface PrecisionConfig extends CountConfig {
  /** Number of predictions of a sample that can be positive. */
  readonly top_k?: number | null;
  /** The one class that is counted. */
  readonly class_id?: number | null;
}

/** The part of the positives that are true. */
abstract class TruePart extends BuiltInMetric {
  readonly init_thresholds: number | readonly number[] | null;
  readonly thresholds: readonly number[];
  readonly top_k: number | null;
  readonly class_id: number | null;
  readonly true_positives: Variable;

  constructor(config: PrecisionConfig) {
    super(config, ['thresholds', 'top_k', 'class_id']);
    this.top_k = config.top_k ?? null;
    this.class_id = config.class_id ?? null;
    this.init_thresholds = config.thresholds ?? null;
    this.thresholds = thresholdsOf(config.thresholds, this.top_k === null ? 0.5 : NEVER);
    this.true_positives = this.add_state('true_positives', [this.thresholds.length]);
  }

  /** The state of what is divided by besides the true positives, and its name in the counts. */
  protected abstract others(): readonly [Variable, 'false_positives' | 'false_negatives'];

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    const { thresholds, top_k, class_id } = this;
    const options = { thresholds, top_k, class_id, sample_weight };
    const counts = confusionCounts(y_true, y_pred, options);
    const [variable, kind] = this.others();
    accumulate(this.true_positives, counts.true_positives);
    accumulate(variable, counts[kind]);
  }

  override value(): number | number[] {
    const others = this.others()[0].values();
    const parts = Array.from(this.true_positives.values(), (count, i) =>
      Math.fround(divideNoNan(count, Math.fround(count + (others[i] as number)))),
    );
    return parts.length === 1 ? (parts[0] as number) : parts;
  }

  override get_config(): Config {
    const { init_thresholds, top_k, class_id } = this;
    return { ...super.get_config(), thresholds: init_thresholds, top_k, class_id };
  }
}

/** Computes the part of positive predictions that are right. */
export class Precision extends TruePart {
  static override readonly className: string = 'Precision';
  readonly false_positives: Variable;

  constructor(config: PrecisionConfig = {}) {
    super(config);
    this.false_positives = this.add_state('false_positives', [this.thresholds.length]);
  }

  protected override others(): readonly [Variable, 'false_positives'] {
    return [this.false_positives, 'false_positives'];
  }
}

/** Computes the part of positive labels that are found. */
export class Recall extends TruePart {
  static override readonly className: string = 'Recall';
  readonly false_negatives: Variable;

  constructor(config: PrecisionConfig = {}) {
    super(config);
    this.false_negatives = this.add_state('false_negatives', [this.thresholds.length]);
  }

  protected override others(): readonly [Variable, 'false_negatives'] {
    return [this.false_negatives, 'false_negatives'];
  }
}
