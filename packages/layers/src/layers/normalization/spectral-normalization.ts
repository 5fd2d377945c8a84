import * as tf from '@tensorflow/tfjs-core';
import { throughAssignments } from '../../engine/without-tape.ts';
import { TruncatedNormal } from '../../initializers/index.ts';
import {
  type CallArgs,
  type Config,
  InputSpec,
  type Shape,
  type Shapes,
  type Tensors,
  type Variable,
} from '../base.ts';
import { integer } from '../sizes.ts';
import { Wrapper, type WrapperConfig } from '../wrappers/wrapper.ts';
import { stopGradient } from './renorm.ts';

/** Arguments of `SpectralNormalization`. */
export interface SpectralNormalizationConfig extends WrapperConfig {
  readonly power_iterations?: number;
}

/** Divides the kernel of a layer by its largest singular value at each training call, Miyato et al. (2018). */
export class SpectralNormalization extends Wrapper {
  static override readonly className: string = 'SpectralNormalization';
  readonly power_iterations: number;
  declare kernel: Variable;
  declare vector_u: Variable;

  constructor(config: SpectralNormalizationConfig) {
    const { power_iterations, ...rest } = config;
    super(rest);
    this.power_iterations = integer(power_iterations ?? 1, 'power_iterations');
  }

  override build(input_shape: Shape): void {
    super.build(input_shape);
    this.input_spec = new InputSpec({ shape: [null, ...input_shape.slice(1)] });
    this.kernel = kernelOf(this.layer);
    this.vector_u = this.add_weight({
      name: 'vector_u',
      shape: [1, this.kernel.shape.at(-1) ?? 1],
      dtype: this.kernel.dtype,
      initializer: new TruncatedNormal({ stddev: 0.02 }),
      trainable: false,
    });
  }

  override call(inputs: Tensors, args: CallArgs): Tensors {
    if (args.training) this.normalize_weights();
    return this.layer.apply<Tensors>(inputs, { training: args.training });
  }

  /** Divides the kernel by an estimate of its largest singular value. */
  normalize_weights(): void {
    const kernel = this.kernel.read();
    const matrix = tf.reshape(kernel, [-1, this.kernel.shape.at(-1) ?? 1]);
    let u = this.vector_u.read();
    let v = u;
    for (let i = 0; i < this.power_iterations; i++) {
      v = unit(tf.matMul(u, matrix, false, true));
      u = unit(tf.matMul(v, matrix));
    }
    const sigma = tf.matMul(tf.matMul(v, matrix), u, false, true);
    // A kernel of zeros stays as it is: its singular value is no divisor.
    const divisor = tf.where(tf.notEqual(sigma, 0), sigma, tf.onesLike(sigma));
    this.vector_u.assign(stopGradient(u));
    const normalized = tf.div(kernel, tf.reshape(divisor, []));
    throughAssignments(() => this.kernel.assign(replaceValue(kernel, normalized)));
  }

  override compute_output_shape(input_shape: Shapes): Shapes {
    return this.layer.compute_output_shape(input_shape);
  }

  override get_config(): Config {
    return { ...super.get_config(), power_iterations: this.power_iterations };
  }
}

function kernelOf(layer: object): Variable {
  const found = Reflect.get(layer, 'kernel') ?? Reflect.get(layer, 'embeddings');
  if (found !== undefined && found !== null) return found as Variable;
  throw new TypeError('SpectralNormalization wraps layers with a kernel or with embeddings.');
}

function unit(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x)), 1e-12)));
}

/** Gives a tensor another value; gradients pass as if it were the same variable, read after the assignment. */
function replaceValue(x: tf.Tensor, value: tf.Tensor): tf.Tensor {
  return tf.customGrad((...inputs) => ({
    value: tf.reshape(inputs[1] as tf.Tensor, x.shape),
    gradFunc: (dy: tf.Tensor) => [dy, tf.zerosLike(dy)],
  }))(x, value);
}
