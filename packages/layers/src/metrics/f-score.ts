import type * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { accumulate, BuiltInMetric, divideNoNan, type MetricConfig } from './metric.ts';

/** Arguments of `F1Score`. */
export interface F1ScoreConfig extends MetricConfig {
  /** How the scores of classes become one: not, over all elements, evenly, or by frequency. */
  readonly average?: 'micro' | 'macro' | 'weighted' | null;
  /** Number above which predictions count; without it the best class of each sample counts. */
  readonly threshold?: number | null;
}

/** Arguments of `FBetaScore`. */
export interface FBetaScoreConfig extends F1ScoreConfig {
  /** Weight of recall against precision. */
  readonly beta?: number;
}

/** The sums of a metric, one per class or one in all. */
interface Scores {
  readonly true_positives: Variable;
  readonly false_positives: Variable;
  readonly false_negatives: Variable;
  readonly intermediate_weights: Variable;
}

/** Computes the weighted harmonic mean of precision and recall. */
export class FBetaScore extends BuiltInMetric {
  static override readonly className: string = 'FBetaScore';
  readonly average: 'micro' | 'macro' | 'weighted' | null;
  readonly beta: number;
  readonly threshold: number | null;
  true_positives: Variable | null = null;
  false_positives: Variable | null = null;
  false_negatives: Variable | null = null;
  intermediate_weights: Variable | null = null;

  constructor(config: FBetaScoreConfig = {}) {
    super({ ...config, name: config.name ?? 'fbeta_score' }, ['average', 'beta', 'threshold']);
    this.average = config.average ?? null;
    this.beta = config.beta ?? 1;
    this.threshold = config.threshold ?? null;
    if (!(this.beta > 0)) throw new RangeError(`beta is above 0, not ${this.beta}.`);
    if (![null, 'micro', 'macro', 'weighted'].includes(this.average)) {
      throw new RangeError(`average is micro, macro, weighted or null, not '${this.average}'.`);
    }
    if (this.threshold !== null && !(this.threshold > 0 && this.threshold <= 1)) {
      throw new RangeError(`threshold is above 0 up to 1, not ${this.threshold}.`);
    }
  }

  #scores(): Scores | null {
    const { true_positives, false_positives, false_negatives, intermediate_weights } = this;
    if (true_positives === null || false_positives === null) return null;
    if (false_negatives === null || intermediate_weights === null) return null;
    return { true_positives, false_positives, false_negatives, intermediate_weights };
  }

  #make(classes: number): Scores {
    const shape = this.average === 'micro' ? [] : [classes];
    const scores = {
      true_positives: this.add_state('true_positives', shape),
      false_positives: this.add_state('false_positives', shape),
      false_negatives: this.add_state('false_negatives', shape),
      intermediate_weights: this.add_state('intermediate_weights', shape),
    };
    Object.assign(this, scores);
    return scores;
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_true.rank !== 2 || y_pred?.rank !== 2) {
      throw new RangeError(`${this.name} takes labels and predictions of shape [batch, classes].`);
    }
    const classes = y_pred.shape.at(-1) ?? 1;
    const scores = this.#scores() ?? this.#make(classes);
    const size = scores.true_positives.size;
    const sums = [0, 1, 2, 3].map(() => new Float64Array(size));
    const labels = y_true.dataSync();
    const positive = this.#positive(y_pred.dataSync(), classes);
    const weights = sample_weight?.dataSync() ?? null;
    for (let i = 0; i < labels.length; i += 1) {
      const label = labels[i] as number;
      const predicted = positive[i] as number;
      const weight = weights === null ? 1 : (weights[Math.floor(i / classes)] as number);
      const amounts = [predicted * label, predicted * (1 - label), (1 - predicted) * label, label];
      amounts.forEach((amount, k) => {
        const sum = sums[k] as Float64Array;
        const at = size === 1 ? 0 : i % classes;
        sum[at] = (sum[at] as number) + weight * amount;
      });
    }
    Object.values(scores).forEach((variable: Variable, k) => {
      accumulate(variable, sums[k] as Float64Array);
    });
  }

  /** Which predictions count, as 0 or 1. */
  #positive(predictions: ArrayLike<number>, classes: number): Uint8Array {
    const { threshold } = this;
    return Uint8Array.from(predictions, (value, i) => {
      if (threshold !== null) return value > Math.fround(threshold) ? 1 : 0;
      const start = i - (i % classes);
      for (let k = start; k < start + classes; k += 1)
        if ((predictions[k] as number) > value) return 0;
      return Math.abs(value) > 1e-9 ? 1 : 0;
    });
  }

  override value(): number | number[] {
    const scores = this.#scores();
    if (scores === null) return 0;
    const square = this.beta ** 2;
    const fp = scores.false_positives.values();
    const fn = scores.false_negatives.values();
    const each = Array.from(scores.true_positives.values(), (tp, i) => {
      const precision = divideNoNan(tp, tp + (fp[i] as number));
      const recall = divideNoNan(tp, tp + (fn[i] as number));
      return (1 + square) * divideNoNan(precision * recall, square * precision + recall);
    });
    if (this.average === null) return each.map(Math.fround);
    const weights =
      this.average === 'weighted' ? Array.from(scores.intermediate_weights.values()) : null;
    const total = weights === null ? each.length : weights.reduce((sum, weight) => sum + weight, 0);
    const sum = each.reduce(
      (all, f, i) => all + f * (weights === null ? 1 : (weights[i] as number)),
      0,
    );
    return Math.fround(divideNoNan(sum, total));
  }

  override get_config(): Config {
    const { average, beta, threshold } = this;
    return { ...super.get_config(), average, beta, threshold };
  }
}

/** Computes the harmonic mean of precision and recall. */
export class F1Score extends FBetaScore {
  static override readonly className: string = 'F1Score';
  constructor(config: F1ScoreConfig = {}) {
    super({ ...config, name: config.name ?? 'f1_score', beta: 1 });
  }

  override get_config(): Config {
    const { beta: _, ...config } = super.get_config();
    return config;
  }
}
