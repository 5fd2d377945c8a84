import { batchNormInference, batchNormTraining } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import * as initializers from '../../initializers/index.ts';
import { SquareRoot } from '../../initializers/square-root.ts';
import {
  type CallArgs,
  type Config,
  InputSpec,
  type Layer,
  type Shape,
  type Variable,
} from '../base.ts';
import { knownSize } from '../shapes.ts';
import { type Moments, moments, normalize } from './moments.ts';
import { correctionOf, type RenormClipping, RenormStatistics } from './renorm.ts';
import {
  type Axes,
  copyAxes,
  resolveAxes,
  type ScaleCenterConfig,
  ScaleCenterLayer,
} from './scale-center-layer.ts';

/** Arguments of `BatchNormalization`. */
export interface BatchNormalizationConfig extends ScaleCenterConfig {
  readonly axis?: Axes;
  readonly momentum?: number;
  readonly moving_mean_initializer?: initializers.InitializerIdentifier;
  readonly moving_variance_initializer?: initializers.InitializerIdentifier;
  /** True: statistics over all devices; with one device the same, but never fused. */
  readonly synchronized?: boolean;
  /** True: the moving variance is unbiased, as TensorFlow's fused kernel computes it; null: where that kernel applies. */
  readonly fused?: boolean | null;
  /** True: batch renormalization, Ioffe (2017). */
  readonly renorm?: boolean;
  readonly renorm_clipping?: RenormClipping | null;
  readonly renorm_momentum?: number;
  /** Number of samples that are normalized together; it divides the batch. */
  readonly virtual_batch_size?: number | null;
}

/** The unbiased variance of what was averaged over the batch; of a single element it stays. */
function unbiased(variance: tf.Tensor, x: tf.Tensor): tf.Tensor {
  // A tensor, so that it is computed in graphs whose batch may have any size.
  const count = tf.scalar(x.size / variance.size);
  return tf.mul(variance, tf.div(count, tf.maximum(tf.sub(count, 1), 1)));
}

/** Least ε of TensorFlow's fused kernel. */
const FUSED_EPSILON = 1.001e-5;

/**
 * Normalizes over the batch, Ioffe and Szegedy (2015); inference uses the moving statistics.
 * A frozen layer runs in inference mode. Output shape: that of the input.
 */
export class BatchNormalization extends ScaleCenterLayer {
  static override readonly className: string = 'BatchNormalization';
  axis: Axes;
  readonly momentum: number;
  moving_mean_initializer: initializers.Initializer;
  moving_variance_initializer: initializers.Initializer;
  readonly synchronized: boolean;
  fused: boolean | null;
  readonly renorm: boolean;
  readonly renorm_clipping: RenormClipping;
  readonly renorm_momentum: number;
  readonly virtual_batch_size: number | null;
  declare moving_mean: Variable;
  declare moving_variance: Variable;
  declare moving_stddev?: Variable;
  declare renorm_mean?: Variable;
  declare renorm_stddev?: Variable;

  constructor(config: BatchNormalizationConfig = {}) {
    const { axis, momentum, synchronized, fused, virtual_batch_size, ...others } = config;
    const { renorm, renorm_clipping, renorm_momentum, ...more } = others;
    const { moving_mean_initializer, moving_variance_initializer, ...rest } = more;
    super(rest);
    this.axis = copyAxes(axis, -1);
    this.momentum = momentum ?? 0.99;
    this.moving_mean_initializer = initializers.get(moving_mean_initializer ?? 'zeros');
    this.moving_variance_initializer = initializers.get(moving_variance_initializer ?? 'ones');
    this.synchronized = synchronized ?? false;
    this.renorm = renorm ?? false;
    this.renorm_clipping = renorm_clipping ?? {};
    this.renorm_momentum = renorm_momentum ?? 0.99;
    this.virtual_batch_size = virtual_batch_size ?? null;
    this.fused = fused ?? null;
    if (this.fused === true && !this.#canFuse()) {
      throw new RangeError(
        `${this.name}: fused is impossible with these arguments; leave it out to choose by itself.`,
      );
    }
  }

  #canFuse(): boolean {
    const axes = typeof this.axis === 'number' ? [this.axis] : this.axis;
    const known = axes.length === 1 && [-4, -3, -1, 1, 3, 4].includes(axes[0] ?? 0);
    return known && !this.renorm && !this.synchronized && this.virtual_batch_size === null;
  }

  override build(input_shape: Shape): void {
    const rank = input_shape.length;
    const fusible = (this.fused ?? this.#canFuse()) && (rank === 4 || rank === 5);
    const axes = resolveAxes(this.axis, rank, this.name);
    this.fused = fusible && axes.length === 1 && (axes[0] === 1 || axes[0] === rank - 1);
    const sizes = new Map(axes.map((axis) => [axis, knownSize(input_shape, axis, this)]));
    this.input_spec = new InputSpec({ ndim: rank, axes: Object.fromEntries(sizes) });
    const virtual = this.virtual_batch_size !== null;
    const full = input_shape.map((_, axis) => sizes.get(axis) ?? 1);
    const wide = virtual ? [full[0] ?? 1, 1, ...full.slice(1)] : full;
    const shape = axes.length === 1 && !virtual ? [...sizes.values()] : wide;
    this.axis = virtual ? axes.map((axis) => axis + 1) : axes;
    this.#addWeights(shape);
    super.build(input_shape);
  }

  #addWeights(shape: readonly number[]): void {
    const half = this.variable_dtype === 'float16' || this.variable_dtype === 'bfloat16';
    const dtype = half ? ('float32' as const) : undefined;
    this.addScaleAndCenter(shape, dtype);
    const add = (name: string, initializer: initializers.Initializer): Variable =>
      this.add_weight({ name, shape, dtype, initializer, synchronization: 'on_read' });
    this.moving_mean = add('moving_mean', this.moving_mean_initializer);
    this.moving_variance = add('moving_variance', this.moving_variance_initializer);
    if (!this.renorm) return;
    const stddev = new SquareRoot(this.moving_variance_initializer);
    this.moving_stddev = add('moving_stddev', stddev);
    this.renorm_mean = add('renorm_mean', this.moving_mean_initializer);
    this.renorm_stddev = add('renorm_stddev', stddev);
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    const training = args.training && this.trainable;
    const x = this.#virtualBatches(tf.cast(inputs, 'float32'), training);
    const axes = resolveAxes(this.axis, x.rank, this.name);
    const epsilon = this.fused === true ? Math.max(this.epsilon, FUSED_EPSILON) : this.epsilon;
    if (this.#isPlain(axes, x.rank, args, training)) return this.#plain(x, training, epsilon);
    const kept = new Set(axes);
    const shape = x.shape.map((n, axis) => (kept.has(axis) ? n : 1));
    const spread = (weight: tf.Tensor): tf.Tensor => tf.reshape(weight, shape);
    const affine = {
      scale: this.gamma === null ? null : spread(this.gamma.read()),
      offset: this.beta === null ? null : spread(this.beta.read()),
    };
    if (!training) {
      const mean = spread(this.moving_mean.read());
      const variance = spread(this.moving_variance.read());
      return tf.reshape(normalize(x, { mean, variance }, epsilon, affine), inputs.shape);
    }
    const reduced = x.shape.map((_, axis) => axis).filter((axis) => !kept.has(axis));
    if (this.virtual_batch_size !== null) reduced.splice(1, 1);
    const batch = moments(x, reduced, this.#weights(args));
    const y = this.#trainingOutput(x, batch, epsilon, affine);
    return tf.reshape(y, inputs.shape);
  }

  /** Tells whether one kernel can do all: the channels are last, and nothing but their moments matters. */
  #isPlain(axes: readonly number[], rank: number, args: CallArgs, training: boolean): boolean {
    if (axes.length !== 1 || axes[0] !== rank - 1 || this.virtual_batch_size !== null) return false;
    return !training || (!this.renorm && this.#weights(args) === null);
  }

  #plain(x: tf.Tensor, training: boolean, epsilon: number): tf.Tensor {
    const [scale, offset] = [this.gamma?.read() ?? null, this.beta?.read() ?? null];
    if (!training) {
      const [mean, variance] = [this.moving_mean.read(), this.moving_variance.read()];
      return batchNormInference(x, { mean, variance, scale, offset }, epsilon);
    }
    const { y, mean, variance } = batchNormTraining(x, scale, offset, epsilon);
    this.#moveAverages(x, { mean, variance });
    return y;
  }

  /** Splits the batch into parts that are normalized by themselves. */
  #virtualBatches(x: tf.Tensor, training: boolean): tf.Tensor {
    const size = this.virtual_batch_size;
    if (size === null) return x;
    const [batch = 1, ...rest] = x.shape;
    return tf.reshape(x, training ? [size, batch / size, ...rest] : [batch, 1, ...rest]);
  }

  /** Turns the mask into weights of the moments; the fused kernel knows no mask. */
  #weights(args: CallArgs): tf.Tensor | null {
    if (this.fused === true || !(args.mask instanceof tf.Tensor)) return null;
    return tf.expandDims(tf.cast(args.mask, 'float32'), -1);
  }

  #trainingOutput(
    x: tf.Tensor,
    batch: Moments,
    epsilon: number,
    affine: { readonly scale: tf.Tensor | null; readonly offset: tf.Tensor | null },
  ): tf.Tensor {
    const statistics = this.#renormStatistics();
    if (statistics === null) {
      this.#moveAverages(x, batch);
      return normalize(x, batch, epsilon, affine);
    }
    const correction = correctionOf(batch, statistics, this.epsilon, this.renorm_clipping);
    statistics.update(batch, this.renorm_momentum, this.momentum, this.epsilon);
    this.#move(this.moving_mean, batch.mean);
    const { scale, offset } = affine;
    const r = scale === null ? correction.r : tf.mul(correction.r, scale);
    const scaled = scale === null ? correction.d : tf.mul(correction.d, scale);
    const d = offset === null ? scaled : tf.add(scaled, offset);
    return normalize(x, batch, epsilon, { scale: r, offset: d });
  }

  #renormStatistics(): RenormStatistics | null {
    const { moving_variance, moving_stddev, renorm_mean, renorm_stddev } = this;
    if (!moving_stddev || !renorm_mean || !renorm_stddev) return null;
    return new RenormStatistics({ moving_variance, moving_stddev, renorm_mean, renorm_stddev });
  }

  #moveAverages(x: tf.Tensor, batch: Moments): void {
    const virtual = this.virtual_batch_size !== null;
    const mean = virtual ? tf.mean(batch.mean, 1, true) : batch.mean;
    const variance = virtual ? tf.mean(batch.variance, 1, true) : batch.variance;
    this.#move(this.moving_mean, mean);
    this.#move(this.moving_variance, this.fused === true ? unbiased(variance, x) : variance);
  }

  #move(average: Variable, value: tf.Tensor): void {
    const target = tf.reshape(value, [...average.shape]);
    average.assign_sub(tf.mul(tf.sub(average.read(), target), 1 - this.momentum));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  /** With virtual batches, the config of a built layer notes the axis of the split tensor. */
  static override from_config(this: new (config: never) => Layer, config: Config): Layer {
    const { axis, virtual_batch_size } = config;
    const split = Array.isArray(axis) && typeof virtual_batch_size === 'number';
    return new this({ ...config, ...(split ? { axis: axis.map((n) => n - 1) } : {}) } as never);
  }

  override get_config(): Config {
    const { axis, momentum, renorm_clipping, renorm_momentum, virtual_batch_size } = this;
    const between = {
      moving_mean_initializer: initializers.serialize(this.moving_mean_initializer),
      moving_variance_initializer: initializers.serialize(this.moving_variance_initializer),
    };
    return {
      ...super.get_config(),
      axis,
      momentum,
      ...this.scaleCenterConfig(between),
      ...(this.renorm ? { renorm: true, renorm_clipping, renorm_momentum } : {}),
      ...(virtual_batch_size === null ? {} : { virtual_batch_size }),
    };
  }
}
