import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient } from './gradient.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';

/** Arguments of `Ftrl`. */
export interface FtrlConfig extends OptimizerConfig {
  /** Power, 0 or less, by which the learning rate falls. */
  readonly learning_rate_power?: number;
  readonly initial_accumulator_value?: number;
  readonly l1_regularization_strength?: number;
  readonly l2_regularization_strength?: number;
  readonly l2_shrinkage_regularization_strength?: number;
  readonly beta?: number;
}

/** Keys of `Ftrl`'s own arguments. */
const OWN_KEYS: readonly string[] = [
  'learning_rate_power',
  'initial_accumulator_value',
  'l1_regularization_strength',
  'l2_regularization_strength',
  'l2_shrinkage_regularization_strength',
  'beta',
];

/** Checks that strengths are not negative and the power is not positive. */
export function checkFtrl(config: Omit<FtrlConfig, keyof OptimizerConfig>): void {
  if ((config.learning_rate_power ?? 0) > 0) {
    throw new RangeError(
      `Ftrl: learning_rate_power is at most 0, not ${config.learning_rate_power}.`,
    );
  }
  const { learning_rate_power: _, beta: __, ...strengths } = config;
  for (const key of OWN_KEYS) {
    const value: unknown = Reflect.get(strengths, key);
    if (typeof value === 'number' && value < 0) {
      throw new RangeError(`Ftrl: ${key} is not negative, unlike ${value}.`);
    }
  }
}

/** Follows the regularized leader; https://research.google.com/pubs/archive/41159.pdf. */
export class Ftrl extends Optimizer {
  static override readonly className: string = 'Ftrl';
  readonly learning_rate_power: number;
  readonly initial_accumulator_value: number;
  readonly l1_regularization_strength: number;
  readonly l2_regularization_strength: number;
  readonly l2_shrinkage_regularization_strength: number;
  readonly beta: number;
  _accumulators: readonly Variable[] = [];
  _linears: readonly Variable[] = [];

  constructor(config: FtrlConfig = {}) {
    super(config, OWN_KEYS);
    checkFtrl(config);
    this.learning_rate_power = config.learning_rate_power ?? -0.5;
    this.initial_accumulator_value = config.initial_accumulator_value ?? 0.1;
    this.l1_regularization_strength = config.l1_regularization_strength ?? 0;
    this.l2_regularization_strength = config.l2_regularization_strength ?? 0;
    this.l2_shrinkage_regularization_strength = config.l2_shrinkage_regularization_strength ?? 0;
    this.beta = config.beta ?? 0;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    const initial = this.initial_accumulator_value;
    const [accumulators, linears]: [Variable[], Variable[]] = [[], []];
    for (const variable of variables) {
      accumulators.push(this.add_variable_from_reference(variable, 'accumulator', initial));
      linears.push(this.add_variable_from_reference(variable, 'linear'));
    }
    this._accumulators = accumulators;
    this._linears = linears;
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const lr = this.rate();
    const power = -this.learning_rate_power;
    const l1 = this.l1_regularization_strength;
    const l2 = this.l2_regularization_strength + this.beta / (2 * lr);
    const shrinkage = 2 * this.l2_shrinkage_regularization_strength;
    const accumulator = this.slot_of(variable, this._accumulators);
    const linear = this.slot_of(variable, this._linears);
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const a = accumulator.values();
    const z = linear.values();
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      const xi = x[i] as number;
      const before = (a[i] as number) ** power;
      a[i] = (a[i] as number) + gi * gi;
      const after = (a[i] as number) ** power;
      z[i] = (z[i] as number) + gi + shrinkage * xi - ((after - before) / lr) * xi;
      const zi = z[i] as number;
      x[i] = (Math.min(Math.max(zi, -l1), l1) - zi) / (after / lr + 2 * l2);
    }
    accumulator.assign_values(a);
    linear.assign_values(z);
    variable.assign_values(x);
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      learning_rate_power: this.learning_rate_power,
      initial_accumulator_value: this.initial_accumulator_value,
      l1_regularization_strength: this.l1_regularization_strength,
      l2_regularization_strength: this.l2_regularization_strength,
      l2_shrinkage_regularization_strength: this.l2_shrinkage_regularization_strength,
      beta: this.beta,
    };
  }
}
