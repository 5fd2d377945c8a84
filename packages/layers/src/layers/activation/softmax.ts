import * as tf from '@tensorflow/tfjs-core';
import { softmax } from '../../activations/softmax.ts';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments of `Softmax`. */
export interface SoftmaxConfig extends LayerConfig {
  readonly axis?: number | readonly number[];
}

/** Computes the softmax over one axis or several; what the mask of the same shape excludes gets no weight. Output shape: that of the input. */
export class Softmax extends Layer {
  static override readonly className: string = 'Softmax';
  readonly axis: number | readonly number[];

  constructor(config: SoftmaxConfig = {}) {
    const { axis, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.axis = axis ?? -1;
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    const x =
      args.mask instanceof tf.Tensor ? exclude(inputs, args.mask, this.compute_dtype) : inputs;
    if (typeof this.axis === 'number') return softmax(x, this.axis);
    const [only] = this.axis;
    if (this.axis.length === 1 && only !== undefined) return softmax(x, only);
    return tf.exp(tf.sub(x, tf.logSumExp(x, [...this.axis], true)));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return { ...super.get_config(), axis: this.axis };
  }
}

/** Lowers the scores where a mask is false so far that their exponential vanishes. */
function exclude(scores: tf.Tensor, mask: tf.Tensor, dtype: string | null): tf.Tensor {
  const low = dtype === 'float16' ? -65504 / 2 : -1e9;
  return tf.add(scores, tf.mul(tf.sub(1, tf.cast(mask, 'float32')), low));
}
