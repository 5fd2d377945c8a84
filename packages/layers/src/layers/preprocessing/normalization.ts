import * as tf from '@tensorflow/tfjs-core';
import type { Config, LayerConfig, Shape, Variable } from '../base.ts';
import { moments } from '../normalization/moments.ts';
import { resolveAxes } from '../normalization/scale-center-layer.ts';
import { knownSize } from '../shapes.ts';
import { type NestedValues, PreprocessingLayer, toTensor } from './preprocessing-layer.ts';

/** Arguments of `Normalization`; mean and variance come from `adapt` unless both are given. */
export interface NormalizationConfig extends LayerConfig {
  /** Axes that have a mean and variance of their own; null: one for all. */
  readonly axis?: number | readonly number[] | null;
  readonly mean?: NestedValues | null;
  readonly variance?: NestedValues | null;
  /** True: the layer undoes the normalization. */
  readonly invert?: boolean;
}

/** Least standard deviation that is divided by. */
const EPSILON = 1e-7;

/** Shifts and scales features to mean 0 and variance 1. Output shape: that of the input. */
export class Normalization extends PreprocessingLayer {
  static override readonly className: string = 'Normalization';
  readonly axis: readonly number[];
  readonly input_mean: NestedValues | null;
  readonly input_variance: NestedValues | null;
  readonly invert: boolean;
  declare adapt_mean?: Variable;
  declare adapt_variance?: Variable;
  declare count?: Variable;
  #kept: readonly number[] = [];
  #shape: readonly number[] = [];

  constructor(config: NormalizationConfig = {}) {
    const { axis, mean, variance, invert, ...rest } = config;
    super(rest);
    this.axis = axis === null ? [] : [axis ?? -1].flat();
    this.input_mean = mean ?? null;
    this.input_variance = variance ?? null;
    if ((this.input_mean === null) !== (this.input_variance === null)) {
      throw new RangeError(`${this.name}: give both mean and variance, or neither.`);
    }
    this.invert = invert ?? false;
  }

  override build(input_shape: Shape): void {
    const axes = resolveAxes(this.axis, input_shape.length, this.name).sort((a, b) => a - b);
    this.#kept = axes;
    const shape = axes.map((axis) => knownSize(input_shape, axis, this));
    const kept = new Set(axes);
    this.#shape = input_shape.map((n, axis) => (kept.has(axis) ? (n ?? 1) : 1));
    if (this.input_mean === null) {
      const add = (name: string, initializer: string): Variable =>
        this.add_weight({ name, shape, initializer, trainable: false });
      this.adapt_mean = add('mean', 'zeros');
      this.adapt_variance = add('variance', 'ones');
      this.count = this.add_weight({
        name: 'count',
        shape: [],
        dtype: 'int64',
        initializer: 'zeros',
        trainable: false,
      });
    }
    super.build(input_shape);
  }

  /** Returns mean or variance in a shape that broadcasts with the inputs. */
  #statistic(given: NestedValues | null, learned: Variable | undefined): tf.Tensor {
    const value = learned?.read() ?? tf.cast(toTensor(given ?? 0), 'float32');
    const filled = value.size === 1 ? tf.fill([...this.#shape], 1) : tf.scalar(1);
    return tf.mul(tf.reshape(value, value.size === 1 ? [] : [...this.#shape]), filled);
  }

  get mean(): tf.Tensor {
    return this.#statistic(this.input_mean, this.adapt_mean);
  }

  get variance(): tf.Tensor {
    return this.#statistic(this.input_variance, this.adapt_variance);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const x = tf.cast(inputs, 'float32');
    const deviation = tf.maximum(tf.sqrt(this.variance), EPSILON);
    return this.invert
      ? tf.add(this.mean, tf.mul(x, deviation))
      : tf.div(tf.sub(x, this.mean), deviation);
  }

  update_state(data: tf.Tensor): void {
    const { adapt_mean, adapt_variance, count } = this;
    if (!adapt_mean || !adapt_variance || !count) {
      throw new TypeError(`${this.name}: mean and variance were given, so nothing is to learn.`);
    }
    const x = tf.cast(data, 'float32');
    const kept = new Set(this.#kept);
    const reduced = x.shape.map((_, axis) => axis).filter((axis) => !kept.has(axis));
    const batch = moments(x, reduced);
    const seen = reduced.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
    const total = seen + (count.values()[0] ?? 0);
    const weight = seen / total;
    const mean = tf.reshape(batch.mean, [...adapt_mean.shape]);
    const variance = tf.reshape(batch.variance, [...adapt_mean.shape]);
    const merged = tf.add(tf.mul(adapt_mean.read(), 1 - weight), tf.mul(mean, weight));
    const spread = (value: tf.Tensor, center: tf.Tensor): tf.Tensor =>
      tf.add(value, tf.square(tf.sub(center, merged)));
    const mergedVariance = tf.add(
      tf.mul(spread(adapt_variance.read(), adapt_mean.read()), 1 - weight),
      tf.mul(spread(variance, mean), weight),
    );
    adapt_mean.assign(merged);
    adapt_variance.assign(mergedVariance);
    count.assign_values(Float64Array.of(total));
  }

  reset_state(): void {
    this.adapt_mean?.assign_values(new Float32Array(this.adapt_mean.size));
    this.adapt_variance?.assign_values(new Float32Array(this.adapt_variance.size).fill(1));
    this.count?.assign_values(Float64Array.of(0));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      axis: [...this.axis],
      invert: this.invert,
      mean: this.input_mean,
      variance: this.input_variance,
    };
  }
}
