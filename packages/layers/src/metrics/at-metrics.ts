import type * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { evenThresholds } from './confusion.ts';
import { addBatch, partOf } from './confusion-state.ts';
import { BuiltInMetric, type MetricConfig } from './metric.ts';

/** Arguments of the metrics that find the best threshold under a condition. */
export interface AtConfig extends MetricConfig {
  readonly num_thresholds?: number;
  /** The one class that is counted. */
  readonly class_id?: number | null;
}

/** Which part must reach the wanted value. */
type Part = 'precision' | 'recall' | 'sensitivity' | 'specificity';

/** Base of the metrics that give the best of one part at thresholds where another reaches a value. */
abstract class At extends BuiltInMetric {
  readonly num_thresholds: number;
  readonly class_id: number | null;
  readonly thresholds: readonly number[];
  readonly true_positives: Variable;
  readonly true_negatives: Variable;
  readonly false_positives: Variable;
  readonly false_negatives: Variable;
  readonly #wanted: number;
  readonly #part: Part;

  constructor(config: AtConfig, part: Part, wanted: number) {
    super(config, ['num_thresholds', 'class_id', part]);
    this.num_thresholds = config.num_thresholds ?? 200;
    this.class_id = config.class_id ?? null;
    this.#wanted = wanted;
    this.#part = part;
    if (!(this.num_thresholds > 0)) {
      throw new RangeError(`num_thresholds is above 0, not ${this.num_thresholds}.`);
    }
    if (!(wanted >= 0 && wanted <= 1)) throw new RangeError(`${part} is 0…1, not ${wanted}.`);
    this.thresholds = this.num_thresholds === 1 ? [0.5] : evenThresholds(this.num_thresholds);
    const shape = [this.num_thresholds];
    this.true_positives = this.add_state('true_positives', shape);
    this.true_negatives = this.add_state('true_negatives', shape);
    this.false_positives = this.add_state('false_positives', shape);
    this.false_negatives = this.add_state('false_negatives', shape);
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    const { thresholds, class_id } = this;
    addBatch(this, y_true, y_pred, { thresholds, class_id, sample_weight });
  }

  /** The part that is maximized. */
  protected abstract best(): number[];

  #constrained(): number[] {
    switch (this.#part) {
      case 'precision':
        return partOf(this.true_positives, this.false_positives);
      case 'specificity':
        return partOf(this.true_negatives, this.false_positives);
      default:
        return partOf(this.true_positives, this.false_negatives);
    }
  }

  override value(): number {
    const best = this.best();
    const wanted = Math.fround(this.#wanted);
    const feasible = this.#constrained().flatMap((part, i) =>
      part >= wanted ? [best[i] as number] : [],
    );
    return feasible.length === 0 ? 0 : Math.max(...feasible);
  }

  override get_config(): Config {
    const { class_id, num_thresholds } = this;
    return { ...super.get_config(), class_id, num_thresholds, [this.#part]: this.#wanted };
  }
}

/** Arguments of `SensitivityAtSpecificity`. */
export interface SpecificityConfig extends AtConfig {
  readonly specificity: number;
}

/** Computes the best sensitivity at which the specificity reaches a value. */
export class SensitivityAtSpecificity extends At {
  static override readonly className: string = 'SensitivityAtSpecificity';
  constructor(config: SpecificityConfig) {
    super(config, 'specificity', config.specificity);
  }
  protected override best(): number[] {
    return partOf(this.true_positives, this.false_negatives);
  }
}

/** Arguments of `SpecificityAtSensitivity`. */
export interface SensitivityConfig extends AtConfig {
  readonly sensitivity: number;
}

/** Computes the best specificity at which the sensitivity reaches a value. */
export class SpecificityAtSensitivity extends At {
  static override readonly className: string = 'SpecificityAtSensitivity';
  constructor(config: SensitivityConfig) {
    super(config, 'sensitivity', config.sensitivity);
  }
  protected override best(): number[] {
    return partOf(this.true_negatives, this.false_positives);
  }
}

/** Arguments of `PrecisionAtRecall`. */
export interface RecallConfig extends AtConfig {
  readonly recall: number;
}

/** Computes the best precision at which the recall reaches a value. */
export class PrecisionAtRecall extends At {
  static override readonly className: string = 'PrecisionAtRecall';
  constructor(config: RecallConfig) {
    super(config, 'recall', config.recall);
  }
  protected override best(): number[] {
    return partOf(this.true_positives, this.false_positives);
  }
}

/** Arguments of `RecallAtPrecision`. */
export interface PrecisionValueConfig extends AtConfig {
  readonly precision: number;
}

/** Computes the best recall at which the precision reaches a value. */
export class RecallAtPrecision extends At {
  static override readonly className: string = 'RecallAtPrecision';
  constructor(config: PrecisionValueConfig) {
    super(config, 'precision', config.precision);
  }
  protected override best(): number[] {
    return partOf(this.true_positives, this.false_negatives);
  }
}
