import type { DType, Tensor as TensorRecord } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { NonNeg } from '../../constraints/index.ts';
import { flatOfRecord } from '../../engine/flat.ts';
import * as initializers from '../../initializers/index.ts';
import {
  type Config,
  InputSpec,
  Layer,
  type LayerConfig,
  type Shape,
  type Variable,
} from '../base.ts';
import { knownSize } from '../shapes.ts';
import { integer } from '../sizes.ts';

/** Arguments of `RandomFourierFeatures`. */
export interface RandomFourierFeaturesConfig extends LayerConfig {
  readonly output_dim: number;
  /** The kernel function that is approximated, by name, or an initializer. */
  readonly kernel_initializer?: initializers.InitializerIdentifier;
  readonly scale?: number | null;
}

/** Maps inputs so that dot products approximate a kernel function, Rahimi and Recht (2007). Input shape: `[batch, features]`. Output shape: `[batch, output_dim]`. */
export class RandomFourierFeatures extends Layer {
  static override readonly className: string = 'RandomFourierFeatures';
  readonly output_dim: number;
  readonly kernel_initializer: initializers.InitializerIdentifier;
  scale: number | null;
  declare unscaled_kernel: Variable;
  declare bias: Variable;
  declare kernel_scale: Variable;

  constructor(config: RandomFourierFeaturesConfig) {
    const { output_dim, kernel_initializer, scale, ...rest } = config;
    super({ ...rest, trainable: rest.trainable ?? false });
    this.output_dim = integer(output_dim, 'output_dim');
    this.kernel_initializer = kernel_initializer ?? 'gaussian';
    this.scale = scale ?? null;
    if (this.scale !== null && !(this.scale > 0)) {
      throw new RangeError(`${this.name}: scale is positive, not ${this.scale}.`);
    }
  }

  override build(input_shape: Shape): void {
    const features = knownSize(input_shape, -1, this);
    this.input_spec = new InputSpec({ ndim: 2, axes: { 1: features } });
    this.unscaled_kernel = this.add_weight({
      name: 'unscaled_kernel',
      shape: [features, this.output_dim],
      dtype: 'float32',
      initializer: kernelInitializer(this.kernel_initializer),
      trainable: false,
    });
    this.bias = this.add_weight({
      name: 'bias',
      shape: [this.output_dim],
      dtype: 'float32',
      initializer: new initializers.RandomUniform({ minval: 0, maxval: 2 * Math.PI }),
      trainable: false,
    });
    this.scale ??= this.kernel_initializer === 'gaussian' ? Math.sqrt(features / 2) : 1;
    this.kernel_scale = this.add_weight({
      name: 'kernel_scale',
      shape: [1],
      dtype: 'float32',
      initializer: new initializers.Constant({ value: this.scale }),
      constraint: new NonNeg(),
    });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const kernel = tf.mul(tf.div(1, this.kernel_scale.read()), this.unscaled_kernel.read());
    return tf.cos(tf.add(tf.matMul(tf.cast(inputs, 'float32'), kernel), this.bias.read()));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return [...input_shape.slice(0, -1), this.output_dim];
  }

  override get_config(): Config {
    const given = this.kernel_initializer;
    return {
      ...super.get_config(),
      output_dim: this.output_dim,
      kernel_initializer:
        typeof given === 'string' ? given : initializers.serialize(initializers.get(given)),
      scale: this.scale,
    };
  }
}

/** Draws from the Cauchy distribution. */
class Cauchy extends initializers.RandomUniform {
  override call(shape: readonly number[], dtype?: DType): TensorRecord {
    const draws = flatOfRecord(super.call(shape, 'float32'));
    const values = Float32Array.from(draws, (p) => Math.tan(Math.PI * (p - 0.5)));
    return new initializers.Constant({ value: [...values] }).call(shape, dtype);
  }
}

function kernelInitializer(given: initializers.InitializerIdentifier): initializers.Initializer {
  if (given === 'gaussian') return new initializers.RandomNormal({ stddev: 1 });
  return given === 'laplacian' ? new Cauchy({ minval: 0, maxval: 1 }) : initializers.get(given);
}
