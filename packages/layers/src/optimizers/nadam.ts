import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { denseValues, type FlatGradient, roundingOf } from './gradient.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';
import { scalarVariable } from './state.ts';

/** Arguments of `Nadam`. */
export interface NadamConfig extends OptimizerConfig {
  readonly beta_1?: number;
  readonly beta_2?: number;
  readonly epsilon?: number;
}

/** Is Adam with Nesterov momentum; http://cs229.stanford.edu/proj2015/054_report.pdf. */
export class Nadam extends Optimizer {
  static override readonly className: string = 'Nadam';
  readonly beta_1: number;
  readonly beta_2: number;
  readonly epsilon: number;
  _momentums: readonly Variable[] = [];
  _velocities: readonly Variable[] = [];
  /** Product of the momentum schedule so far; like Keras's it is not among `variables`. */
  _u_product: Variable | null = null;
  /**
   * Whether the optimizer works as in the traced training step of Keras, which advances the momentum product for each
   * variable and not once per step: it compares the step with a counter that tracing alone advances, once per variable
   * in each of two traces, so that at most one variable per step finds its number.
   */
  traced: boolean = false;
  #product_step: number = 0;
  /** Variables updated in the running step. */
  #updated: number = 0;

  constructor(config: NadamConfig = {}) {
    super(config, ['beta_1', 'beta_2', 'epsilon']);
    this.beta_1 = config.beta_1 ?? 0.9;
    this.beta_2 = config.beta_2 ?? 0.999;
    this.epsilon = config.epsilon ?? 1e-7;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    this._u_product = scalarVariable('Variable', variables[0]?.dtype ?? 'float32', 1);
    const [momentums, velocities]: [Variable[], Variable[]] = [[], []];
    for (const variable of variables) {
      momentums.push(this.add_variable_from_reference(variable, 'm'));
      velocities.push(this.add_variable_from_reference(variable, 'v'));
    }
    this._momentums = momentums;
    this._velocities = velocities;
  }

  /** The momentum of a step, which rises towards `beta_1`. */
  private momentumAt(step: number): number {
    return this.beta_1 * (1 - 0.5 * 0.96 ** step);
  }

  /** The momentum product including the running step, which the first variable of a step advances. */
  private product(step: number): number {
    const kept = this._u_product as Variable;
    if (this.#product_step !== step) this.#updated = 0;
    this.#updated += 1;
    const place = step + 1 - this._momentums.length;
    if (this.traced ? this.#updated !== place : this.#updated === 1) {
      kept.assign((kept.values()[0] as number) * this.momentumAt(step));
    }
    this.#product_step = step;
    return kept.values()[0] as number;
  }

  /** Makes the momentum product again, which follows from the number of steps that `fit` has made. */
  override restore_hidden_state(): void {
    const count = this._momentums.length;
    const steps = this.local_step() - 1;
    let product = 1;
    for (let step = 1; step <= steps && product > 0; step += 1) {
      const found = step + 1 - count >= 1 && step + 1 - count <= count;
      const times = found ? count - 1 : count;
      for (let k = 0; k < times; k += 1) product = Math.fround(product * this.momentumAt(step));
    }
    this._u_product?.assign(product);
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const round = roundingOf(variable);
    const step = this.local_step();
    const [now, next] = [this.momentumAt(step), this.momentumAt(step + 1)];
    const product = this.product(step);
    const of_average = next / (1 - product * next);
    const of_gradient = (1 - now) / (1 - product);
    const of_square = 1 / round(1 - round(round(this.beta_2) ** step));
    const [c1, c2] = [round(1 - round(this.beta_1)), round(1 - round(this.beta_2))];
    const lr = this.rate();
    const momentum = this.slot_of(variable, this._momentums);
    const velocity = this.slot_of(variable, this._velocities);
    const g = denseValues(gradient, variable.size);
    const x = variable.values();
    const m = momentum.values();
    const v = velocity.values();
    for (let i = 0; i < x.length; i += 1) {
      const gi = g[i] as number;
      m[i] = (m[i] as number) + (gi - (m[i] as number)) * c1;
      v[i] = (v[i] as number) + (gi * gi - (v[i] as number)) * c2;
      const direction = of_average * (m[i] as number) + of_gradient * gi;
      const size = Math.sqrt((v[i] as number) * of_square) + this.epsilon;
      x[i] = (x[i] as number) - (direction * lr) / size;
    }
    momentum.assign_values(m);
    velocity.assign_values(v);
    variable.assign_values(x);
  }

  override get_config(): Config {
    const { beta_1, beta_2, epsilon } = this;
    return { ...super.get_config(), beta_1, beta_2, epsilon };
  }
}
