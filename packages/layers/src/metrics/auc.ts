import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { EPSILON } from '../losses/clip.ts';
import { evenThresholds } from './confusion.ts';
import { addBatch, type ConfusionState, partOf } from './confusion-state.ts';
import { BuiltInMetric, divideNoNan, type MetricConfig } from './metric.ts';

/** Arguments of `AUC`. */
export interface AUCConfig extends MetricConfig {
  readonly num_thresholds?: number;
  /** Receiver operating characteristic, or precision over recall. */
  readonly curve?: 'ROC' | 'PR';
  /** How the curve runs between thresholds. */
  readonly summation_method?: 'interpolation' | 'majoring' | 'minoring';
  /** Thresholds in place of evenly spaced ones. */
  readonly thresholds?: readonly number[] | null;
  /** Whether the area is computed for each label and averaged. */
  readonly multi_label?: boolean;
  readonly num_labels?: number | null;
  readonly label_weights?: readonly number[] | null;
  readonly from_logits?: boolean;
}

const OWN_KEYS: readonly string[] = [
  'num_thresholds',
  'curve',
  'summation_method',
  'thresholds',
  'multi_label',
  'num_labels',
  'label_weights',
  'from_logits',
];

function choice<T extends string>(what: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found;
  throw new RangeError(`AUC: ${what} is one of ${known.join(', ')}, not '${value}'.`);
}

/** Computes the area under a curve, approximated at thresholds. */
export class AUC extends BuiltInMetric {
  static override readonly className: string = 'AUC';
  readonly curve: 'ROC' | 'PR';
  readonly summation_method: 'interpolation' | 'majoring' | 'minoring';
  readonly multi_label: boolean;
  readonly num_labels: number | null;
  readonly label_weights: readonly number[] | null;
  readonly from_logits: boolean;
  readonly num_thresholds: number;
  readonly thresholds: readonly number[];
  true_positives: Variable | null = null;
  true_negatives: Variable | null = null;
  false_positives: Variable | null = null;
  false_negatives: Variable | null = null;
  readonly #given: readonly number[] | null;

  constructor(config: AUCConfig = {}) {
    super(config, OWN_KEYS);
    const { num_thresholds = 200, num_labels = null, multi_label = false } = config;
    this.curve = choice('curve', config.curve ?? 'ROC', ['ROC', 'PR']);
    const method = config.summation_method ?? 'interpolation';
    const methods = ['interpolation', 'majoring', 'minoring'] as const;
    this.summation_method = choice('summation_method', method, methods);
    this.multi_label = multi_label;
    this.num_labels = num_labels;
    this.label_weights = config.label_weights ?? null;
    this.from_logits = config.from_logits ?? false;
    const given = config.thresholds ?? null;
    this.#given = given === null ? null : [...given].sort((a, b) => a - b);
    this.num_thresholds = this.#given === null ? num_thresholds : this.#given.length + 2;
    if (!(this.num_thresholds > 1)) {
      throw new RangeError(`AUC: num_thresholds is above 1, not ${num_thresholds}.`);
    }
    const inner = this.#given ?? evenThresholds(num_thresholds).slice(1, -1);
    this.thresholds = [-EPSILON, ...inner, 1 + EPSILON];
    if (num_labels !== null && !multi_label) {
      throw new TypeError('AUC: num_labels is needed only when multi_label is true.');
    }
    if (!multi_label) this.#make([this.num_thresholds]);
    else if (num_labels !== null) this.#make([this.num_thresholds, num_labels]);
  }

  #make(shape: readonly number[]): ConfusionState {
    const state = {
      true_positives: this.add_state('true_positives', shape),
      true_negatives: this.add_state('true_negatives', shape),
      false_positives: this.add_state('false_positives', shape),
      false_negatives: this.add_state('false_negatives', shape),
    };
    Object.assign(this, state);
    return state;
  }

  #state(): ConfusionState | null {
    const { true_positives, true_negatives, false_positives, false_negatives } = this;
    if (true_positives === null || true_negatives === null) return null;
    if (false_positives === null || false_negatives === null) return null;
    return { true_positives, true_negatives, false_positives, false_negatives };
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    if (this.multi_label && y_pred.rank !== 2) {
      throw new RangeError(`AUC: predictions of several labels have 2 axes, not ${y_pred.rank}.`);
    }
    const state = this.#state() ?? this.#make([this.num_thresholds, y_pred.shape.at(-1) ?? 1]);
    const { thresholds, multi_label } = this;
    const label_weights = multi_label ? null : this.label_weights;
    tf.tidy(() => {
      const probabilities = this.from_logits ? tf.sigmoid(y_pred) : y_pred;
      const options = { thresholds, multi_label, label_weights, sample_weight };
      addBatch(state, y_true, probabilities, options);
    });
  }

  override value(): number {
    const state = this.#state();
    if (state === null) return 0;
    const labels = this.multi_label ? (state.true_positives.shape[1] ?? 1) : 1;
    const terms =
      this.curve === 'PR' && this.summation_method === 'interpolation'
        ? interpolatedPrecision(state, labels)
        : this.#riemann(state, labels);
    const areas = Array.from({ length: labels }, (_, label) =>
      terms.reduce((sum, term, i) => (i % labels === label ? sum + term : sum), 0),
    );
    const weights = this.label_weights;
    if (!this.multi_label || weights === null) {
      return Math.fround(areas.reduce((sum, area) => sum + area, 0) / labels);
    }
    const weighted = areas.reduce((sum, area, i) => sum + area * (weights[i] as number), 0);
    return Math.fround(
      divideNoNan(
        weighted,
        weights.reduce((sum, weight) => sum + weight, 0),
      ),
    );
  }

  /** The areas between neighbouring thresholds. */
  #riemann(state: ConfusionState, labels: number): number[] {
    const recall = partOf(state.true_positives, state.false_negatives);
    const roc = this.curve === 'ROC';
    const x = roc ? partOf(state.false_positives, state.true_negatives) : recall;
    const y = roc ? recall : partOf(state.true_positives, state.false_positives);
    return x.slice(0, -labels).map((left, i) => {
      const [a, b] = [y[i] as number, y[i + labels] as number];
      const width = left - (x[i + labels] as number);
      if (this.summation_method === 'minoring') return width * Math.min(a, b);
      return width * (this.summation_method === 'majoring' ? Math.max(a, b) : (a + b) / 2);
    });
  }

  override get_config(): Config {
    const { num_thresholds, curve, summation_method, multi_label, num_labels } = this;
    return {
      ...super.get_config(),
      num_thresholds,
      curve,
      summation_method,
      multi_label,
      num_labels,
      label_weights: this.label_weights,
      from_logits: this.from_logits,
      ...(this.#given === null ? {} : { thresholds: this.#given }),
    };
  }
}

/** Interpolates the true positives between thresholds, as section 4 of Davis and Goadrich 2006. */
function interpolatedPrecision(state: ConfusionState, labels: number): number[] {
  const tp = state.true_positives.values();
  const fp = state.false_positives.values();
  const fn = state.false_negatives.values();
  const positives = Array.from(tp, (count, i) => count + (fp[i] as number));
  return positives.slice(0, -labels).map((left, i) => {
    const next = i + labels;
    const right = positives[next] as number;
    const gained = (tp[i] as number) - (tp[next] as number);
    const slope = divideNoNan(gained, Math.max(left - right, 0));
    const intercept = (tp[next] as number) - slope * right;
    const ratio = left > 0 && right > 0 ? left / right : 1;
    const area = slope * (gained + intercept * Math.log(ratio));
    return divideNoNan(area, Math.max((tp[next] as number) + (fn[next] as number), 0));
  });
}
