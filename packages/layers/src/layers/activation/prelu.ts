import * as tf from '@tensorflow/tfjs-core';
import * as constraints from '../../constraints/index.ts';
import * as initializers from '../../initializers/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import {
  type Config,
  InputSpec,
  Layer,
  type LayerConfig,
  type Shape,
  type Variable,
} from '../base.ts';
import { knownSize } from '../shapes.ts';
import type { WeightConfig } from '../weight-options.ts';

/** Arguments of `PReLU`; axes in `shared_axes` count from 1. */
export interface PReLUConfig extends LayerConfig, WeightConfig<'alpha'> {
  readonly shared_axes?: number | readonly number[] | null;
}

/** Computes x above zero and a learned multiple of x below. Output shape: that of the input. */
export class PReLU extends Layer {
  static override readonly className: string = 'PReLU';
  alpha_initializer: initializers.Initializer;
  alpha_regularizer: regularizers.Regularizer | null;
  alpha_constraint: constraints.Constraint | null;
  shared_axes: readonly number[] | null;
  declare alpha: Variable;

  constructor(config: PReLUConfig = {}) {
    const { alpha_initializer, alpha_regularizer, alpha_constraint, shared_axes, ...rest } = config;
    super(rest);
    this.supports_masking = true;
    this.alpha_initializer = initializers.get(alpha_initializer ?? 'zeros');
    this.alpha_regularizer = regularizers.get(alpha_regularizer);
    this.alpha_constraint = constraints.get(alpha_constraint);
    if (shared_axes === undefined || shared_axes === null) this.shared_axes = null;
    else this.shared_axes = typeof shared_axes === 'number' ? [shared_axes] : [...shared_axes];
  }

  override build(input_shape: Shape): void {
    const shared = new Set(this.shared_axes ?? []);
    const shape: number[] = [];
    const axes: Record<number, number> = {};
    for (let axis = 1; axis < input_shape.length; axis++) {
      shape.push(shared.has(axis) ? 1 : knownSize(input_shape, axis, this));
      if (shared.size > 0 && !shared.has(axis)) axes[axis] = knownSize(input_shape, axis, this);
    }
    this.alpha = this.add_weight({
      name: 'alpha',
      shape,
      initializer: this.alpha_initializer,
      regularizer: this.alpha_regularizer,
      constraint: this.alpha_constraint,
    });
    this.input_spec = new InputSpec({ ndim: input_shape.length, axes });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const below = tf.mul(tf.neg(this.alpha.read()), tf.relu(tf.neg(inputs)));
    return tf.add(tf.relu(inputs), below);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      alpha_initializer: initializers.serialize(this.alpha_initializer),
      alpha_regularizer: regularizers.serialize(this.alpha_regularizer),
      alpha_constraint: constraints.serialize(this.alpha_constraint),
      shared_axes: this.shared_axes,
    };
  }
}
