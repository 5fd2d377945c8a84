import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { noteBuilt } from '../engine/built.ts';
import { Module } from '../engine/tracking.ts';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import type { AssignableValue } from '../engine/variable-values.ts';
import type { LearningRateSchedule } from '../schedules/index.ts';
import { checkKeys } from './arguments.ts';
import { type Gradient, type GradientAndVariable, IndexedSlices } from './gradient.ts';
import type { LegacyOptimizer } from './legacy/optimizer.ts';
import { Optimizer } from './optimizer.ts';
import { scalarVariable } from './state.ts';

/** Arguments of `LossScaleOptimizer`. */
export interface LossScaleOptimizerConfig {
  readonly inner_optimizer: Optimizer | LegacyOptimizer;
  /** Whether the scale adapts: it doubles after `dynamic_growth_steps` good steps and halves after a bad one. */
  readonly dynamic?: boolean;
  readonly initial_scale?: number | null;
  readonly dynamic_growth_steps?: number | null;
}

const DEFAULT_SCALE = 32768;
const DEFAULT_GROWTH_STEPS = 2000;
const MULTIPLIER = 2;

/** The state of a scale that adapts, under Keras's names. */
export interface DynamicLossScale {
  readonly current_loss_scale: Variable;
  /** Steps since the scale changed. */
  readonly good_steps: Variable;
}

/**
 * Multiplies the loss of another optimizer, so that small float16 gradients do not vanish, and leaves out steps whose
 * gradients are not finite.
 */
export class LossScaleOptimizer extends Module {
  static readonly className: string = 'LossScaleOptimizer';
  readonly base_optimizer: Optimizer | LegacyOptimizer;
  /** The adapting scale, or null for a fixed one. */
  readonly _loss_scale: DynamicLossScale | null;
  readonly initial_scale: number;
  readonly dynamic_growth_steps: number | null;

  /** @throws TypeError for arguments that do not go together. */
  constructor(config: LossScaleOptimizerConfig) {
    super();
    checkKeys('LossScaleOptimizer', config, [
      'inner_optimizer',
      'dynamic',
      'initial_scale',
      'dynamic_growth_steps',
    ]);
    const { inner_optimizer, dynamic = true } = config;
    if (inner_optimizer instanceof LossScaleOptimizer) {
      throw new TypeError('LossScaleOptimizer cannot wrap another LossScaleOptimizer.');
    }
    const { initial_scale = null, dynamic_growth_steps = null } = config;
    if (!dynamic && initial_scale === null) {
      throw new TypeError('LossScaleOptimizer: initial_scale must be given when dynamic is false.');
    }
    if (!dynamic && dynamic_growth_steps !== null) {
      throw new TypeError('LossScaleOptimizer: dynamic_growth_steps needs dynamic.');
    }
    this.base_optimizer = inner_optimizer;
    this.initial_scale = initial_scale ?? DEFAULT_SCALE;
    this.dynamic_growth_steps = dynamic ? (dynamic_growth_steps ?? DEFAULT_GROWTH_STEPS) : null;
    this._loss_scale = dynamic
      ? {
          current_loss_scale: scalarVariable('current_loss_scale', 'float32', this.initial_scale),
          good_steps: scalarVariable('good_steps', 'int64', 0),
        }
      : null;
  }

  /** The optimizer that is wrapped. */
  get inner_optimizer(): Optimizer | LegacyOptimizer {
    return this.base_optimizer;
  }

  get name(): string {
    return this.base_optimizer.name;
  }

  get dynamic(): boolean {
    return this._loss_scale !== null;
  }

  /** The factor by which the loss is multiplied now. */
  get loss_scale(): number {
    const variable = this._loss_scale?.current_loss_scale;
    return variable === undefined ? this.initial_scale : (variable.values()[0] as number);
  }

  /** Steps since the scale changed; null for a fixed scale. */
  get dynamic_counter(): Variable | null {
    return this._loss_scale?.good_steps ?? null;
  }

  get iterations(): Variable {
    return this.base_optimizer.iterations;
  }

  get learning_rate(): Variable | LearningRateSchedule {
    return this.base_optimizer.learning_rate;
  }

  set learning_rate(rate: number | LearningRateSchedule | Tensor | Variable) {
    this.base_optimizer.learning_rate = rate;
  }

  /** The variables of the wrapped optimizer. */
  get variables(): readonly Variable[] {
    return this.base_optimizer.variables;
  }

  build(variables: readonly Variable[]): void {
    this.base_optimizer.build(variables);
    noteBuilt(this);
  }

  set_weights(weights: readonly AssignableValue[]): void {
    this.base_optimizer.set_weights(weights);
  }

  /** Multiplies a loss by the scale. */
  get_scaled_loss(loss: Tensor): Tensor {
    return mul(loss, this.loss_scale);
  }

  /** Divides gradients of a scaled loss by the scale. */
  get_unscaled_gradients(gradients: readonly Gradient[]): Gradient[] {
    const factor = 1 / this.loss_scale;
    return gradients.map((gradient) => {
      if (gradient === null) return null;
      if (!(gradient instanceof IndexedSlices)) return mul(gradient, factor);
      const { values, indices, dense_shape } = gradient;
      return new IndexedSlices(mul(values, factor), indices, dense_shape);
    });
  }

  /** Updates variables by unscaled gradients, unless a gradient is not finite, and adapts the scale. */
  apply_gradients(grads_and_vars: Iterable<GradientAndVariable>): void {
    const pairs = [...grads_and_vars];
    const scale = this._loss_scale;
    // Keras makes the state of current optimizers here, outside of their name scope.
    if (this.base_optimizer instanceof Optimizer) this.build(pairs.map(([, variable]) => variable));
    const finite = scale === null || pairs.every(([gradient]) => isFiniteGradient(gradient));
    if (finite) {
      this.base_optimizer.apply_gradients(pairs);
    } else {
      const { iterations } = this;
      iterations.assign((iterations.values()[0] as number) + 1);
    }
    if (scale !== null) this.#adapt(scale, finite);
  }

  #adapt({ current_loss_scale, good_steps }: DynamicLossScale, finite: boolean): void {
    const steps = (good_steps.values()[0] as number) + 1;
    const grows = finite && steps >= (this.dynamic_growth_steps ?? Number.POSITIVE_INFINITY);
    good_steps.assign(finite && !grows ? steps : 0);
    const scale = this.loss_scale;
    if (!finite) current_loss_scale.assign(Math.max(scale / MULTIPLIER, 1));
    if (grows && Number.isFinite(Math.fround(scale * MULTIPLIER))) {
      current_loss_scale.assign(scale * MULTIPLIER);
    }
  }

  /** Replaces variables by their moving averages where the wrapped optimizer keeps some. */
  finalize_variable_values(variables: readonly Variable[]): void {
    if ('finalize_variable_values' in this.base_optimizer) {
      this.base_optimizer.finalize_variable_values(variables);
    }
  }

  /** Makes what the wrapped optimizer keeps beside its `variables` fit them. */
  restore_hidden_state(): void {
    if (this.base_optimizer instanceof Optimizer) this.base_optimizer.restore_hidden_state();
  }

  /** Returns the constructor arguments, with the wrapped optimizer itself. */
  get_config(): Config {
    const { inner_optimizer, dynamic, initial_scale, dynamic_growth_steps } = this;
    return { inner_optimizer, dynamic, initial_scale, dynamic_growth_steps };
  }
}

function isFiniteGradient(gradient: Gradient): boolean {
  if (gradient === null) return true;
  const tensor = gradient instanceof IndexedSlices ? gradient.values : gradient;
  return tensor.dataSync().every((value) => Number.isFinite(value));
}
