import * as tf from '@tensorflow/tfjs-core';
import type { Config, LayerConfig, Shape } from '../base.ts';
import { axisOf, showShape } from '../shapes.ts';
import { Merge, requireList } from './base-merge.ts';

/** Arguments of `Dot`; one axis for both inputs, or one for each. */
export interface DotConfig extends LayerConfig {
  readonly axes: number | readonly number[];
  readonly normalize?: boolean;
}

/** Computes, sample by sample, the products of two tensors along an axis of each. */
export class Dot extends Merge {
  static override readonly className: string = 'Dot';
  readonly axes: number | readonly number[];
  readonly normalize: boolean;

  constructor(config: DotConfig) {
    const { axes, normalize, ...rest } = config;
    super(rest);
    const good = typeof axes === 'number' || (axes.length === 2 && axes.every(Number.isInteger));
    if (!good) {
      throw new RangeError(`axes is an integer or two of them, not ${JSON.stringify(axes)}.`);
    }
    this.axes = axes;
    this.normalize = normalize ?? false;
  }

  override build(input_shape: readonly Shape[]): void {
    requireList(input_shape, this.name);
    const [a = [], b = []] = input_shape;
    const [first, second] = this.#axes(a.length, b.length);
    const [n = null, m = null] = [a[first], b[second]];
    if (input_shape.length !== 2 || (n !== m && n !== null && m !== null)) {
      throw new RangeError(
        `${this.name}: takes 2 inputs that agree along their axes, not ${input_shape.map(showShape).join(', ')}.`,
      );
    }
    this.built = true;
  }

  override call(inputs: readonly tf.Tensor[]): tf.Tensor {
    return this.merge(inputs);
  }

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    const [a, b] = inputs;
    if (a === undefined || b === undefined) {
      throw new RangeError(`${this.name}: takes 2 inputs, not ${inputs.length}.`);
    }
    const [first, second] = this.#axes(a.rank, b.rank);
    const left = this.normalize ? unit(a, first) : a;
    const right = this.normalize ? unit(b, second) : b;
    return batchDot(left, right, first, second);
  }

  override compute_output_shape(input_shape: readonly Shape[]): Shape {
    const [a = [], b = []] = input_shape;
    const [first, second] = this.#axes(a.length, b.length);
    const shape = [
      ...a.filter((_, axis) => axis !== first),
      ...b.filter((_, axis) => axis !== second && axis !== 0),
    ];
    return shape.length === 1 ? [...shape, 1] : shape;
  }

  override compute_mask(): null {
    return null;
  }

  override get_config(): Config {
    return { ...super.get_config(), axes: this.axes, normalize: this.normalize };
  }

  #axes(rankA: number, rankB: number): [number, number] {
    const [a = 0, b = 0] = typeof this.axes === 'number' ? [this.axes, this.axes] : this.axes;
    return [axisOf(a, rankA, this), axisOf(b, rankB, this)];
  }
}

/** Scales vectors along an axis to length 1. */
function unit(x: tf.Tensor, axis: number): tf.Tensor {
  const squares = tf.sum(tf.square(x), axis, true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, 1e-12)));
}

/** Equals Keras's `batch_dot`: result axes are those of `a`, then those of `b`, without batch and contracted axis. */
function batchDot(a: tf.Tensor, b: tf.Tensor, axisA: number, axisB: number): tf.Tensor {
  const [batch = 1] = a.shape;
  const restA = a.shape.filter((_, axis) => axis !== 0 && axis !== axisA);
  const restB = b.shape.filter((_, axis) => axis !== 0 && axis !== axisB);
  const common = a.shape[axisA] ?? 1;
  const left = tf.reshape(toLast(a, axisA), [batch, -1, common]);
  const right = tf.reshape(toSecond(b, axisB), [batch, common, -1]);
  const product = tf.matMul(left, right);
  const shape = [batch, ...restA, ...restB];
  return tf.reshape(product, shape.length === 1 ? [batch, 1] : shape);
}

function toLast(x: tf.Tensor, axis: number): tf.Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  return axis === x.rank - 1 ? x : tf.transpose(x, [...others, axis]);
}

function toSecond(x: tf.Tensor, axis: number): tf.Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis && i !== 0);
  return axis === 1 ? x : tf.transpose(x, [0, axis, ...others]);
}
