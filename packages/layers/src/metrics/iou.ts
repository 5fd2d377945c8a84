import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { accumulate, BuiltInMetric, divideNoNan, type MetricConfig } from './metric.ts';
import { scoped } from './scoped.ts';

/** Arguments of `MeanIoU`. */
export interface MeanIoUConfig extends MetricConfig {
  readonly num_classes: number;
  /** Label whose elements do not count. */
  readonly ignore_class?: number | null;
  /** Whether labels are class numbers and not scores. */
  readonly sparse_y_true?: boolean;
  readonly sparse_y_pred?: boolean;
  /** Axis of the scores. */
  readonly axis?: number;
}

/** Arguments of `IoU`. */
export interface IoUConfig extends MeanIoUConfig {
  readonly target_class_ids: readonly number[];
}

const OWN_KEYS: readonly string[] = [
  'num_classes',
  'ignore_class',
  'sparse_y_true',
  'sparse_y_pred',
  'axis',
  'target_class_ids',
  'threshold',
];

/** Computes the mean, over given classes, of the intersection of labels and predictions over their union. */
export class IoU extends BuiltInMetric {
  static override readonly className: string = 'IoU';
  readonly num_classes: number;
  readonly target_class_ids: readonly number[];
  readonly ignore_class: number | null;
  readonly sparse_y_true: boolean;
  readonly sparse_y_pred: boolean;
  readonly axis: number;
  readonly total_cm: Variable;

  constructor(config: IoUConfig) {
    super(config, OWN_KEYS);
    this.num_classes = config.num_classes;
    this.target_class_ids = [...config.target_class_ids];
    this.ignore_class = config.ignore_class ?? null;
    this.sparse_y_true = config.sparse_y_true ?? true;
    this.sparse_y_pred = config.sparse_y_pred ?? true;
    this.axis = config.axis ?? -1;
    const wrong = this.target_class_ids.filter((id) => !(id < this.num_classes));
    if (wrong.length > 0) {
      throw new RangeError(`Classes are below ${this.num_classes}, unlike ${wrong.join(', ')}.`);
    }
    this.total_cm = this.add_state('total_confusion_matrix', [this.num_classes, this.num_classes]);
  }

  override update_state(
    y_true: tf.Tensor,
    y_pred: tf.Tensor | null = null,
    sample_weight: tf.Tensor | null = null,
  ): void {
    if (y_pred === null) throw new TypeError(`${this.name} needs labels and predictions.`);
    const [labels, predictions] = scoped((): [ArrayLike<number>, ArrayLike<number>] => [
      (this.sparse_y_true ? y_true : tf.argMax(y_true, this.axis)).dataSync(),
      (this.sparse_y_pred ? y_pred : tf.argMax(y_pred, this.axis)).dataSync(),
    ]);
    this.count(labels, predictions, sample_weight?.dataSync() ?? null);
  }

  /** Adds class numbers of a batch to the confusion matrix. */
  protected count(
    labels: ArrayLike<number>,
    predictions: ArrayLike<number>,
    weights: ArrayLike<number> | null,
  ): void {
    const size = this.num_classes;
    const counts = new Float64Array(size * size);
    for (let i = 0; i < labels.length; i += 1) {
      const label = Math.trunc(labels[i] as number);
      const predicted = Math.trunc(predictions[i] as number);
      if (label === this.ignore_class) continue;
      if (!(label >= 0 && label < size && predicted >= 0 && predicted < size)) {
        throw new RangeError(
          `${this.name}: class ${label} predicted as ${predicted} is outside of the ${size} classes.`,
        );
      }
      const at = label * size + predicted;
      counts[at] = (counts[at] as number) + (weights === null ? 1 : (weights[i] as number));
    }
    accumulate(this.total_cm, counts);
  }

  override value(): number {
    const size = this.num_classes;
    const matrix = this.total_cm.values();
    const at = (row: number, column: number): number => matrix[row * size + column] as number;
    const unions = this.target_class_ids.map((id) => {
      let union = -at(id, id);
      for (let k = 0; k < size; k += 1) union += at(k, id) + at(id, k);
      return union;
    });
    const parts = unions.map((union, i) => {
      const id = this.target_class_ids[i] as number;
      return divideNoNan(at(id, id), union);
    });
    const sum = parts.reduce((total, part) => total + part, 0);
    return Math.fround(divideNoNan(sum, unions.filter((union) => union !== 0).length));
  }

  override get_config(): Config {
    const { num_classes, target_class_ids, ignore_class, sparse_y_true } = this;
    const { sparse_y_pred, axis } = this;
    return {
      ...super.get_config(),
      num_classes,
      target_class_ids,
      ignore_class,
      sparse_y_true,
      sparse_y_pred,
      axis,
    };
  }
}

/** Computes the mean intersection over union of all classes. */
export class MeanIoU extends IoU {
  static override readonly className: string = 'MeanIoU';
  constructor(config: MeanIoUConfig) {
    const target_class_ids = Array.from({ length: config.num_classes }, (_, id) => id);
    super({ ...config, target_class_ids });
  }

  override get_config(): Config {
    const { target_class_ids: _, ...config } = super.get_config();
    return config;
  }
}

/** Arguments of `BinaryIoU`. */
export interface BinaryIoUConfig extends MetricConfig {
  readonly target_class_ids?: readonly number[];
  /** Number from which on a prediction counts as class 1. */
  readonly threshold?: number;
}

/** Computes the mean intersection over union of the classes below and above a threshold. */
export class BinaryIoU extends IoU {
  static override readonly className: string = 'BinaryIoU';
  readonly threshold: number;
  constructor(config: BinaryIoUConfig = {}) {
    super({ num_classes: 2, target_class_ids: [0, 1], ...config });
    this.threshold = config.threshold ?? 0.5;
  }

  protected override count(
    labels: ArrayLike<number>,
    predictions: ArrayLike<number>,
    weights: ArrayLike<number> | null,
  ): void {
    const threshold = Math.fround(this.threshold);
    const classes = Array.from(predictions, (value) => (value >= threshold ? 1 : 0));
    super.count(labels, classes, weights);
  }

  override get_config(): Config {
    const { target_class_ids, threshold, name, dtype } = this;
    return { target_class_ids, threshold, name, dtype };
  }
}

/** Arguments of `OneHotMeanIoU`. */
export type OneHotMeanIoUConfig = Omit<MeanIoUConfig, 'sparse_y_true'>;

/** Arguments of `OneHotIoU`. */
export type OneHotIoUConfig = Omit<IoUConfig, 'sparse_y_true'>;

/** Computes the mean intersection over union of given classes from one-hot labels. */
export class OneHotIoU extends IoU {
  static override readonly className: string = 'OneHotIoU';
  constructor(config: OneHotIoUConfig) {
    super({ sparse_y_pred: false, ...config, sparse_y_true: false });
  }

  override get_config(): Config {
    const { sparse_y_true: _, ...config } = super.get_config();
    return config;
  }
}

/** Computes the mean intersection over union of all classes from one-hot labels. */
export class OneHotMeanIoU extends MeanIoU {
  static override readonly className: string = 'OneHotMeanIoU';
  constructor(config: OneHotMeanIoUConfig) {
    super({ sparse_y_pred: false, ...config, sparse_y_true: false });
  }

  override get_config(): Config {
    const { sparse_y_true: _, ...config } = super.get_config();
    return config;
  }
}
