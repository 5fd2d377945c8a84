import * as constraints from '../../constraints/index.ts';
import * as initializers from '../../initializers/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import { type Config, Layer, type LayerConfig, type Variable } from '../base.ts';
import type { WeightConfig } from '../weight-options.ts';

/** Arguments of the layers that scale by `gamma` and shift by `beta`. */
export interface ScaleCenterConfig
  extends LayerConfig,
    WeightConfig<'beta'>,
    WeightConfig<'gamma'> {
  /** Added to the variance, against division by zero. */
  readonly epsilon?: number;
  /** True: the layer has a `beta`. */
  readonly center?: boolean;
  /** True: the layer has a `gamma`. */
  readonly scale?: boolean;
}

/** Base of the layers that normalize, then scale by `gamma` and shift by `beta`. Output shape: that of the input. */
export abstract class ScaleCenterLayer extends Layer {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  beta_initializer: initializers.Initializer;
  gamma_initializer: initializers.Initializer;
  beta_regularizer: regularizers.Regularizer | null;
  gamma_regularizer: regularizers.Regularizer | null;
  beta_constraint: constraints.Constraint | null;
  gamma_constraint: constraints.Constraint | null;
  declare gamma: Variable | null;
  declare beta: Variable | null;

  constructor(config: ScaleCenterConfig) {
    const { epsilon, center, scale, ...others } = config;
    const { beta_initializer, beta_regularizer, beta_constraint, ...more } = others;
    const { gamma_initializer, gamma_regularizer, gamma_constraint, ...rest } = more;
    super(rest);
    this.epsilon = epsilon ?? 1e-3;
    this.center = center ?? true;
    this.scale = scale ?? true;
    this.beta_initializer = initializers.get(beta_initializer ?? 'zeros');
    this.gamma_initializer = initializers.get(gamma_initializer ?? 'ones');
    this.beta_regularizer = regularizers.get(beta_regularizer);
    this.gamma_regularizer = regularizers.get(gamma_regularizer);
    this.beta_constraint = constraints.get(beta_constraint);
    this.gamma_constraint = constraints.get(gamma_constraint);
    this.supports_masking = true;
  }

  /** Creates the weights `gamma` and `beta`, as far as the layer has them. */
  protected addScaleAndCenter(shape: readonly number[], dtype: 'float32' | undefined): void {
    this.gamma = this.scale
      ? this.add_weight({
          name: 'gamma',
          shape,
          dtype,
          experimental_autocast: false,
          initializer: this.gamma_initializer,
          regularizer: this.gamma_regularizer,
          constraint: this.gamma_constraint,
        })
      : null;
    this.beta = this.center
      ? this.add_weight({
          name: 'beta',
          shape,
          dtype,
          experimental_autocast: false,
          initializer: this.beta_initializer,
          regularizer: this.beta_regularizer,
          constraint: this.beta_constraint,
        })
      : null;
  }

  /** Returns the configuration of the normalization and, after `between`, of the weights. */
  protected scaleCenterConfig(between: Config = {}): Config {
    return {
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      beta_initializer: initializers.serialize(this.beta_initializer),
      gamma_initializer: initializers.serialize(this.gamma_initializer),
      ...between,
      beta_regularizer: regularizers.serialize(this.beta_regularizer),
      gamma_regularizer: regularizers.serialize(this.gamma_regularizer),
      beta_constraint: constraints.serialize(this.beta_constraint),
      gamma_constraint: constraints.serialize(this.gamma_constraint),
    };
  }
}

/** One axis or several. */
export type Axes = number | readonly number[];

/** Copies an `axis` argument. */
export function copyAxes(axis: Axes | undefined, fallback: number): Axes {
  if (axis === undefined) return fallback;
  return typeof axis === 'number' ? axis : [...axis];
}

/** Returns non-negative axes, each once. */
export function resolveAxes(axis: Axes, rank: number, name: string): number[] {
  const list = (typeof axis === 'number' ? [axis] : axis).map((n) => (n < 0 ? n + rank : n));
  if (list.every((n) => Number.isInteger(n) && n >= 0 && n < rank)) {
    if (new Set(list).size === list.length) return list;
  }
  throw new RangeError(
    `${name}: axis ${JSON.stringify(axis)} does not name different axes of a tensor of rank ${rank}.`,
  );
}
