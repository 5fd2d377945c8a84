import type * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import * as constraints from '../../constraints/index.ts';
import * as initializers from '../../initializers/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import type { Config, LayerConfig, Shape, Variable } from '../base.ts';
import { knownSize } from '../shapes.ts';
import { integer } from '../sizes.ts';
import type { WeightConfig } from '../weight-options.ts';
import { DropoutMasks } from './dropout-masks.ts';
import { AbstractRNNCell } from './rnn-cell.ts';

/** Arguments that all built-in cells share. */
export interface CellConfig
  extends LayerConfig,
    WeightConfig<'kernel'>,
    WeightConfig<'recurrent'>,
    WeightConfig<'bias'> {
  readonly activation?: activations.ActivationIdentifier;
  readonly use_bias?: boolean;
  /** Part of the inputs to drop in training. */
  readonly dropout?: number;
  /** Part of the states to drop in training. */
  readonly recurrent_dropout?: number;
  readonly seed?: number | null;
  /** Placement hint of TensorFlow, kept for saving. */
  readonly enable_caching_device?: boolean;
}

/** Base of the built-in cells: a kernel for the inputs, one for the states, and a bias. */
export abstract class GatedCell extends AbstractRNNCell {
  activation: activations.Activation;
  use_bias: boolean;
  kernel_initializer: initializers.Initializer;
  recurrent_initializer: initializers.Initializer;
  bias_initializer: initializers.Initializer;
  kernel_regularizer: regularizers.Regularizer | null;
  recurrent_regularizer: regularizers.Regularizer | null;
  bias_regularizer: regularizers.Regularizer | null;
  kernel_constraint: constraints.Constraint | null;
  recurrent_constraint: constraints.Constraint | null;
  bias_constraint: constraints.Constraint | null;
  dropout: number;
  recurrent_dropout: number;
  readonly enable_caching_device: boolean;
  declare kernel: Variable;
  declare recurrent_kernel: Variable;
  declare bias: Variable | null;
  readonly #masks: DropoutMasks;

  constructor(config: CellConfig) {
    const { activation, use_bias, dropout, recurrent_dropout, seed, ...others } = config;
    const { kernel_initializer, kernel_regularizer, kernel_constraint, ...more } = others;
    const { recurrent_initializer, recurrent_regularizer, recurrent_constraint, ...last } = more;
    const { bias_initializer, bias_regularizer, bias_constraint, ...tail } = last;
    const { enable_caching_device, ...rest } = tail;
    super(rest);
    this.activation = activations.get(activation === undefined ? 'tanh' : activation);
    this.use_bias = use_bias ?? true;
    this.kernel_initializer = initializers.get(kernel_initializer ?? 'glorot_uniform');
    this.recurrent_initializer = initializers.get(recurrent_initializer ?? 'orthogonal');
    this.bias_initializer = initializers.get(bias_initializer ?? 'zeros');
    this.kernel_regularizer = regularizers.get(kernel_regularizer);
    this.recurrent_regularizer = regularizers.get(recurrent_regularizer);
    this.bias_regularizer = regularizers.get(bias_regularizer);
    this.kernel_constraint = constraints.get(kernel_constraint);
    this.recurrent_constraint = constraints.get(recurrent_constraint);
    this.bias_constraint = constraints.get(bias_constraint);
    this.dropout = Math.min(1, Math.max(0, dropout ?? 0));
    this.recurrent_dropout = Math.min(1, Math.max(0, recurrent_dropout ?? 0));
    this.enable_caching_device = enable_caching_device ?? true;
    this.#masks = new DropoutMasks(seed ?? null);
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

  /** Creates the weight `recurrent_kernel`. */
  protected addRecurrentKernel(shape: readonly number[]): Variable {
    return this.add_weight({
      name: 'recurrent_kernel',
      shape,
      initializer: this.recurrent_initializer,
      regularizer: this.recurrent_regularizer,
      constraint: this.recurrent_constraint,
    });
  }

  /** Creates the weight `bias`, or nothing if the cell uses none. */
  protected addBias(
    shape: readonly number[],
    initializer: initializers.Initializer = this.bias_initializer,
  ): Variable | null {
    if (!this.use_bias) return null;
    return this.add_weight({
      name: 'bias',
      shape,
      initializer,
      regularizer: this.bias_regularizer,
      constraint: this.bias_constraint,
    });
  }

  /** Returns what the inputs are multiplied with for each of `count` gates, or null outside of training. */
  inputMasks(inputs: tf.Tensor, training: boolean, count: number): readonly tf.Tensor[] | null {
    return this.#masks.get('inputs', inputs, training ? this.dropout : 0, count);
  }

  /** Returns what the states are multiplied with for each of `count` gates, or null outside of training. */
  stateMasks(state: tf.Tensor, training: boolean, count: number): readonly tf.Tensor[] | null {
    return this.#masks.get('states', state, training ? this.recurrent_dropout : 0, count);
  }

  override reset_pass(begins: boolean = false): void {
    this.#masks.clear(begins);
  }

  /** Returns the configuration of the weights and dropouts, in the order of Keras. */
  protected weightConfig(between: Config = {}): Config {
    return {
      use_bias: this.use_bias,
      kernel_initializer: initializers.serialize(this.kernel_initializer),
      recurrent_initializer: initializers.serialize(this.recurrent_initializer),
      bias_initializer: initializers.serialize(this.bias_initializer),
      ...between,
      kernel_regularizer: regularizers.serialize(this.kernel_regularizer),
      recurrent_regularizer: regularizers.serialize(this.recurrent_regularizer),
      bias_regularizer: regularizers.serialize(this.bias_regularizer),
      kernel_constraint: constraints.serialize(this.kernel_constraint),
      recurrent_constraint: constraints.serialize(this.recurrent_constraint),
      bias_constraint: constraints.serialize(this.bias_constraint),
      dropout: this.dropout,
      recurrent_dropout: this.recurrent_dropout,
      ...(this.enable_caching_device ? {} : { enable_caching_device: false }),
    };
  }
}

/** Arguments of the cells whose states are vectors. */
export interface UnitsCellConfig extends CellConfig {
  readonly units: number;
}

/** Base of the built-in cells whose states are vectors. */
export abstract class UnitsCell extends GatedCell {
  readonly units: number;

  constructor(config: UnitsCellConfig) {
    const { units, ...rest } = config;
    super(rest);
    this.units = integer(units, 'units');
  }

  /** Number of vectors that the kernels compute at once. */
  abstract readonly gates: number;

  override build(input_shape: Shape): void {
    const features = knownSize(input_shape, -1, this);
    this.kernel = this.addKernel([features, this.units * this.gates]);
    this.recurrent_kernel = this.addRecurrentKernel([this.units, this.units * this.gates]);
    this.bias = this.makeBias();
    super.build(input_shape);
  }

  /** Creates the bias in the shape of the cell. */
  protected makeBias(): Variable | null {
    return this.addBias([this.units * this.gates]);
  }

  /** Computes the part of a step that depends on the inputs only, for any number of leading axes. */
  abstract project(inputs: tf.Tensor): tf.Tensor;

  /** Computes a step from what `project` gave; returns the new states, the output first. */
  abstract advance(projected: tf.Tensor, states: readonly tf.Tensor[]): tf.Tensor[];
}
