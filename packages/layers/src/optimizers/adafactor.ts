import type { FlatValues } from '../engine/flat.ts';
import type { Config } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import { LearningRateSchedule } from '../schedules/index.ts';
import { denseValues, type FlatGradient } from './gradient.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';
import { scalarVariable } from './state.ts';

/** Arguments of `Adafactor`. */
export interface AdafactorConfig extends OptimizerConfig {
  readonly beta_2_decay?: number;
  readonly epsilon_1?: number;
  readonly epsilon_2?: number;
  readonly clip_threshold?: number;
  /** Whether the learning rate falls with the square root of the step. */
  readonly relative_step?: boolean;
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i] as number) ** 2;
  return Math.sqrt(sum / values.length);
}

function averageInto(average: FlatValues, values: Float64Array, beta: number): void {
  for (let i = 0; i < average.length; i += 1) {
    average[i] = beta * (average[i] as number) + (1 - beta) * (values[i] as number);
  }
}

/** The means of stretches of `length` numbers. */
function meansOf(values: ArrayLike<number>, length: number): Float64Array {
  const means = new Float64Array(Math.ceil(values.length / length));
  for (let i = 0; i < values.length; i += 1) {
    const at = Math.floor(i / length);
    means[at] = (means[at] as number) + (values[i] as number) / length;
  }
  return means;
}

/** Keeps second moments by row and column only; https://arxiv.org/abs/1804.04235. */
export class Adafactor extends Optimizer {
  static override readonly className: string = 'Adafactor';
  readonly beta_2_decay: number;
  readonly epsilon_1: number;
  readonly epsilon_2: number;
  readonly clip_threshold: number;
  readonly relative_step: boolean;
  _r: readonly Variable[] = [];
  _c: readonly Variable[] = [];
  _v: readonly Variable[] = [];

  constructor(config: AdafactorConfig = {}) {
    super(config, ['beta_2_decay', 'epsilon_1', 'epsilon_2', 'clip_threshold', 'relative_step']);
    this.beta_2_decay = config.beta_2_decay ?? -0.8;
    this.epsilon_1 = config.epsilon_1 ?? 1e-30;
    this.epsilon_2 = config.epsilon_2 ?? 1e-3;
    this.clip_threshold = config.clip_threshold ?? 1;
    this.relative_step = config.relative_step ?? true;
  }

  protected override create_slots(variables: readonly Variable[]): void {
    const [r, c, v]: [Variable[], Variable[], Variable[]] = [[], [], []];
    for (const variable of variables) {
      const { shape, dtype, name } = variable;
      if (shape.length < 2) {
        // Keras keeps these unused scalars, under this name, outside of `variables`.
        r.push(scalarVariable(`r/${name}`, 'int32', 0));
        c.push(scalarVariable(`r/${name}`, 'int32', 0));
      } else {
        const columns = [...shape.slice(0, -2), ...shape.slice(-1)];
        r.push(this.add_variable(shape.slice(0, -1), dtype, `r/${name}`));
        c.push(this.add_variable(columns, dtype, `c/${name}`));
      }
      v.push(this.add_variable_from_reference(variable, 'v'));
    }
    this._r = r;
    this._c = c;
    this._v = v;
  }

  protected override update_values(gradient: FlatGradient, variable: Variable): void {
    const g = denseValues(gradient, variable.size);
    const step = this.local_step();
    const beta = 1 - step ** this.beta_2_decay;
    const v =
      variable.shape.length < 2
        ? this.updateVector(variable, g, beta)
        : this.updateMatrix(variable, g, beta);
    const u = Float64Array.from(g, (gi, i) => gi / Math.sqrt(v[i] as number));
    const limited = Math.max(1, rootMeanSquare(u) / this.clip_threshold);
    const x = variable.values();
    const alpha = Math.max(this.epsilon_2, rootMeanSquare(x)) * this.relativeRate(step);
    for (let i = 0; i < x.length; i += 1) {
      x[i] = (x[i] as number) - (alpha * (u[i] as number)) / limited;
    }
    variable.assign_values(x);
  }

  private relativeRate(step: number): number {
    const falling = 1 / Math.sqrt(step);
    const scheduled = this._learning_rate instanceof LearningRateSchedule;
    const lr = !scheduled && this.relative_step ? Math.min(this.rate(), falling) : this.rate();
    return Math.min(lr, falling);
  }

  private updateVector(variable: Variable, g: ArrayLike<number>, beta: number): ArrayLike<number> {
    const slot = this.slot_of(variable, this._v);
    const v = slot.values();
    for (let i = 0; i < v.length; i += 1) {
      v[i] = beta * (v[i] as number) + (1 - beta) * ((g[i] as number) ** 2 + this.epsilon_1);
    }
    slot.assign_values(v);
    return v;
  }

  /** Updates the averages of rows and columns, and the second moment that they stand for. */
  private updateMatrix(variable: Variable, g: ArrayLike<number>, beta: number): ArrayLike<number> {
    const columns = variable.shape.at(-1) ?? 1;
    const rows = variable.shape.at(-2) ?? 1;
    const [r_slot, c_slot, v_slot] = [this._r, this._c, this._v].map((list) =>
      this.slot_of(variable, list),
    ) as [Variable, Variable, Variable];
    const [r, c, v] = [r_slot.values(), c_slot.values(), v_slot.values()];
    const [r_new, c_new] = [new Float64Array(r.length), new Float64Array(c.length)];
    for (let i = 0; i < v.length; i += 1) {
      const row = Math.floor(i / columns);
      const column = Math.floor(row / rows) * columns + (i % columns);
      const square = (g[i] as number) ** 2 + this.epsilon_1;
      r_new[row] = (r_new[row] as number) + square / columns;
      c_new[column] = (c_new[column] as number) + square / rows;
    }
    averageInto(r, r_new, beta);
    averageInto(c, c_new, beta);
    const means = meansOf(r, rows);
    for (let i = 0; i < v.length; i += 1) {
      const row = Math.floor(i / columns);
      const matrix = Math.floor(row / rows);
      const share = (r[row] as number) / (means[matrix] as number);
      v[i] = share * (c[matrix * columns + (i % columns)] as number);
    }
    r_slot.assign_values(r);
    c_slot.assign_values(c);
    v_slot.assign_values(v);
    return v;
  }

  override get_config(): Config {
    const { beta_2_decay, epsilon_1, epsilon_2, clip_threshold, relative_step } = this;
    return {
      ...super.get_config(),
      beta_2_decay,
      epsilon_1,
      epsilon_2,
      clip_threshold,
      relative_step,
    };
  }
}
