import * as tf from '@tensorflow/tfjs-core';
import { type CallArgs, type Config, InputSpec, type Shape, type Variable } from '../base.ts';
import { axisOf, knownSize } from '../shapes.ts';
import { moments, normalize } from './moments.ts';
import { type ScaleCenterConfig, ScaleCenterLayer } from './scale-center-layer.ts';

/** Arguments of `GroupNormalization`; −1 groups make each channel a group. */
export interface GroupNormalizationConfig extends ScaleCenterConfig {
  readonly groups?: number;
  readonly axis?: number;
}

/** Normalizes each sample over groups of channels, Wu and He (2018). Output shape: that of the input. */
export class GroupNormalization extends ScaleCenterLayer {
  static override readonly className: string = 'GroupNormalization';
  groups: number;
  axis: number;

  constructor(config: GroupNormalizationConfig = {}) {
    const { groups, axis, ...rest } = config;
    super(rest);
    this.groups = groups ?? 32;
    this.axis = axis ?? -1;
  }

  override build(input_shape: Shape): void {
    axisOf(this.axis, input_shape.length, this);
    const channels = knownSize(input_shape, this.axis, this);
    if (this.groups === -1) this.groups = channels;
    if (this.groups < 1 || channels % this.groups !== 0) {
      throw new RangeError(
        `${this.name}: ${channels} channels do not divide into ${this.groups} groups.`,
      );
    }
    this.input_spec = new InputSpec({
      ndim: input_shape.length,
      axes: { [this.axis]: channels },
    });
    this.addScaleAndCenter([channels], undefined);
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    const at = axisOf(this.axis, inputs.rank, this);
    const size = inputs.shape[at] ?? 1;
    const split = [this.groups, size / this.groups];
    const grouped = [...inputs.shape.slice(0, at), ...split, ...inputs.shape.slice(at + 1)];
    const axes = grouped.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== at);
    const x = tf.reshape(inputs, grouped);
    const weights =
      args.mask instanceof tf.Tensor
        ? tf.reshape(tf.broadcastTo(tf.cast(args.mask, 'float32'), inputs.shape), grouped)
        : null;
    const shape = grouped.map((n, axis) => (axis === at || axis === at + 1 ? n : 1));
    const spread = (weight: Variable | null): tf.Tensor | null =>
      weight === null ? null : tf.reshape(weight.read(), shape);
    const y = normalize(x, moments(x, axes, weights), this.epsilon, {
      scale: spread(this.gamma),
      offset: spread(this.beta),
    });
    return tf.reshape(y, inputs.shape);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      groups: this.groups,
      axis: this.axis,
      ...this.scaleCenterConfig(),
    };
  }
}
