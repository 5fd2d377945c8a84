import type { Epilogue, FusableActivation } from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import * as activations from '../activations/index.ts';
import * as constraints from '../constraints/index.ts';
import * as initializers from '../initializers/index.ts';
import * as regularizers from '../regularizers/index.ts';
import { type Config, Layer, type LayerConfig, type Variable } from './base.ts';
import type { WeightConfig } from './weight-options.ts';

/** Arguments of the layers that have a kernel, a bias and an activation. */
export interface KernelLayerConfig
  extends LayerConfig,
    WeightConfig<'kernel'>,
    WeightConfig<'bias'> {
  readonly activation?: activations.ActivationIdentifier;
  readonly use_bias?: boolean;
}

/** The activations that kernels can apply themselves. */
const FUSABLE: ReadonlyMap<activations.Activation, FusableActivation> = new Map([
  [activations.relu, 'relu'],
  [activations.relu6, 'relu6'],
]);

/** Base of the layers that have a kernel, a bias and an activation. */
export abstract class KernelLayer extends Layer {
  activation: activations.Activation;
  use_bias: boolean;
  kernel_initializer: initializers.Initializer;
  bias_initializer: initializers.Initializer;
  kernel_regularizer: regularizers.Regularizer | null;
  bias_regularizer: regularizers.Regularizer | null;
  kernel_constraint: constraints.Constraint | null;
  bias_constraint: constraints.Constraint | null;
  declare kernel: Variable;
  declare bias: Variable | null;

  constructor(config: KernelLayerConfig) {
    const { activation, use_bias, ...others } = config;
    const { kernel_initializer, kernel_regularizer, kernel_constraint, ...more } = others;
    const { bias_initializer, bias_regularizer, bias_constraint, ...rest } = more;
    super(rest);
    this.activation = activations.get(activation);
    this.use_bias = use_bias ?? true;
    this.kernel_initializer = initializers.get(kernel_initializer ?? 'glorot_uniform');
    this.bias_initializer = initializers.get(bias_initializer ?? 'zeros');
    this.kernel_regularizer = regularizers.get(kernel_regularizer);
    this.bias_regularizer = regularizers.get(bias_regularizer);
    this.kernel_constraint = constraints.get(kernel_constraint);
    this.bias_constraint = constraints.get(bias_constraint);
  }

  /** Creates the weight `kernel`. */
  protected addKernel(shape: readonly number[]): Variable {
    return this.add_weight({
      name: 'kernel',
      shape,
      initializer: this.kernel_initializer,
      regularizer: this.kernel_regularizer,
      constraint: this.kernel_constraint,
    });
  }

  /** Creates the weight `bias`, or nothing if the layer uses none. */
  protected addBias(shape: readonly number[]): Variable | null {
    if (!this.use_bias) return null;
    return this.add_weight({
      name: 'bias',
      shape,
      initializer: this.bias_initializer,
      regularizer: this.bias_regularizer,
      constraint: this.bias_constraint,
    });
  }

  /** What is done to the output at its end: bias and activation in one, or the bias alone. */
  protected epilogue(): Epilogue {
    const bias = this.bias?.read() ?? null;
    return { bias, activation: FUSABLE.get(this.activation) ?? 'linear' };
  }

  /** Applies the activation unless it is part of the epilogue. */
  protected activated(y: tf.Tensor): tf.Tensor {
    return FUSABLE.has(this.activation) ? y : this.activation(y);
  }

  /** Returns the configuration of the weights, without the activation. */
  protected weightConfig(): Config {
    return {
      kernel_initializer: initializers.serialize(this.kernel_initializer),
      bias_initializer: initializers.serialize(this.bias_initializer),
      kernel_regularizer: regularizers.serialize(this.kernel_regularizer),
      bias_regularizer: regularizers.serialize(this.bias_regularizer),
      activity_regularizer: regularizers.serialize(this.activity_regularizer),
      kernel_constraint: constraints.serialize(this.kernel_constraint),
      bias_constraint: constraints.serialize(this.bias_constraint),
    };
  }

  /** Returns the configuration of activation and weights, in the order of Keras. */
  protected kernelConfig(): Config {
    return {
      activation: activations.serialize(this.activation),
      use_bias: this.use_bias,
      ...this.weightConfig(),
    };
  }
}
