import { einsum } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import type { Config, Shape } from '../base.ts';
import { KernelLayer, type KernelLayerConfig } from '../kernel-layer.ts';
import { analyzeEinsum } from './einsum-shapes.ts';

/** Arguments of `EinsumDense`. */
export interface EinsumDenseConfig extends Omit<KernelLayerConfig, 'use_bias'> {
  /** `inputs,kernel->outputs`, with `...` where axes are left alone. */
  readonly equation: string;
  /** Shape of the output without the batch; null where the input decides. */
  readonly output_shape: number | readonly (number | null)[];
  /** Output axes along which there is a bias, such as `d`; null for no bias. */
  readonly bias_axes?: string | null;
}

/** Computes `activation(einsum(equation, x, kernel) + bias)`. */
export class EinsumDense extends KernelLayer {
  static override readonly className: string = 'EinsumDense';
  readonly equation: string;
  readonly partial_output_shape: readonly (number | null)[];
  readonly bias_axes: string | null;

  constructor(config: EinsumDenseConfig) {
    const { equation, output_shape, bias_axes, ...rest } = config;
    super({ ...rest, use_bias: (bias_axes ?? null) !== null });
    this.equation = equation;
    this.partial_output_shape =
      typeof output_shape === 'number' ? [output_shape] : [...output_shape];
    this.bias_axes = bias_axes ?? null;
  }

  #shapes(input_shape: Shape): ReturnType<typeof analyzeEinsum> {
    return analyzeEinsum(this.equation, this.bias_axes, input_shape, this.partial_output_shape);
  }

  override build(input_shape: Shape): void {
    const { kernel, bias } = this.#shapes(input_shape);
    this.kernel = this.addKernel(kernel);
    this.bias = this.addBias(bias);
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const y = einsum(this.equation, inputs, this.kernel.read());
    return this.activation(this.bias ? tf.add(y, this.bias.read()) : y);
  }

  /** Sizes that the arguments leave open come from the input, so the output is found by running the call. */
  override get _overridesOutputShape(): boolean {
    return false;
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return this.#shapes(input_shape).output;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      output_shape: [...this.partial_output_shape],
      equation: this.equation,
      activation: activations.serialize(this.activation),
      bias_axes: this.bias_axes,
      ...this.weightConfig(),
    };
  }
}
