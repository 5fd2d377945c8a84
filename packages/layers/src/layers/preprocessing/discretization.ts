import * as tf from '@tensorflow/tfjs-core';
import { Variable } from '../../engine/variable.ts';
import type { Config, LayerConfig, Shape, Shapes } from '../base.ts';
import { oneOf } from '../sizes.ts';
import { encodeCategories, modeName, type OutputMode } from './encode-categories.ts';
import { encodingDType } from './output-dtype.ts';
import { PreprocessingLayer } from './preprocessing-layer.ts';
import { binBoundaries, mergeSummaries, type Summary, summarize } from './quantile-summary.ts';

/** Arguments of `Discretization`; the boundaries come from `adapt` unless given. */
export interface DiscretizationConfig extends LayerConfig {
  readonly bin_boundaries?: readonly number[] | null;
  /** The boundaries in files of TensorFlow 2.4, which end with infinity. */
  readonly bins?: readonly number[] | null;
  /** Number of bins that `adapt` finds boundaries for. */
  readonly num_bins?: number | null;
  /** Error of the quantiles that `adapt` finds. */
  readonly epsilon?: number;
  readonly output_mode?: 'int' | 'one_hot' | 'multi_hot' | 'count';
  /** Hint for TensorFlow; tfjs has no sparse tensors, so the values come as a dense tensor. */
  readonly sparse?: boolean;
}

/** Turns numbers into the numbers of the bins they fall into. Output shape: that of the input, or an encoding. */
export class Discretization extends PreprocessingLayer {
  static override readonly className: string = 'Discretization';
  readonly input_bin_boundaries: readonly number[] | null;
  bin_boundaries: readonly number[];
  readonly num_bins: number | null;
  readonly epsilon: number;
  readonly output_mode: OutputMode;
  readonly sparse: boolean;
  declare summary?: Variable;

  constructor(config: DiscretizationConfig = {}) {
    const { bin_boundaries, bins, num_bins, epsilon, output_mode, sparse, ...rest } = config;
    const mode = modeName(output_mode, 'int');
    super({ ...rest, dtype: encodingDType(rest.dtype, mode) });
    this.output_mode = oneOf(mode, ['int', 'one_hot', 'multi_hot', 'count'], 'output_mode');
    this.input_bin_boundaries = bin_boundaries ?? bins?.filter(Number.isFinite) ?? null;
    this.num_bins = num_bins ?? null;
    if (this.input_bin_boundaries !== null && this.num_bins !== null) {
      throw new RangeError(`${this.name}: give bin_boundaries or num_bins, not both.`);
    }
    this.bin_boundaries = this.input_bin_boundaries ?? [];
    this.epsilon = epsilon ?? 0.01;
    this.sparse = sparse ?? false;
  }

  override build(input_shape: Shapes): void {
    if (this.input_bin_boundaries === null) this.#note({ values: [], weights: [] });
    super.build(input_shape);
  }

  /** Keeps a summary as a variable of shape `[2, values]`, which is how Keras saves it. */
  #note(summary: Summary): void {
    const { values, weights } = summary;
    const data = Float32Array.from([...values, ...weights]);
    const record = { dtype: 'float32', shape: [2, values.length], data } as const;
    this.summary = new Variable(record, { name: 'summary', trainable: false });
  }

  get #noted(): Summary {
    const numbers = Array.from(this.summary?.values() ?? []);
    const half = numbers.length / 2;
    return { values: numbers.slice(0, half), weights: numbers.slice(half) };
  }

  update_state(data: tf.Tensor): void {
    if (this.input_bin_boundaries !== null) {
      throw new TypeError(`${this.name}: bin_boundaries were given, so nothing is to learn.`);
    }
    const next = summarize(tf.cast(data, 'float32').dataSync(), this.epsilon);
    this.#note(mergeSummaries(next, this.#noted, this.epsilon));
  }

  reset_state(): void {
    if (this.input_bin_boundaries === null) this.#note({ values: [], weights: [] });
  }

  override finalize_state(): void {
    if (this.input_bin_boundaries !== null || this.num_bins === null) return;
    this.bin_boundaries = binBoundaries(this.#noted, this.num_bins);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const x = tf.expandDims(tf.cast(inputs, 'float32'), -1);
    const bounds = tf.tensor1d([...this.bin_boundaries]);
    const bins = tf.sum(tf.cast(tf.greaterEqual(x, bounds), 'int32'), -1);
    return encodeCategories(bins, this.output_mode, this.bin_boundaries.length + 1);
  }

  /** As in Keras, this is the shape of the input in every mode; calls find out the true one. */
  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get _overridesOutputShape(): boolean {
    return false;
  }

  override get_config(): Config {
    const { num_bins, epsilon, output_mode, sparse } = this;
    const bin_boundaries = this.input_bin_boundaries;
    return { ...super.get_config(), bin_boundaries, num_bins, epsilon, output_mode, sparse };
  }
}
