import type { Variable } from '../../engine/variable.ts';
import { LearningRateSchedule, serialize } from '../../schedules/index.ts';
import { scalarVariable } from '../state.ts';

/** A hyperparameter: a number until the optimizer is used, then a variable, or a schedule. */
type Hyper = number | Variable | LearningRateSchedule;

/** The hyperparameters of a legacy optimizer, which Keras turns into variables at the first step. */
export class Hypers {
  readonly #values: Map<string, Hyper> = new Map();
  readonly #prefix: string;

  /** Names the variables `prefix/name`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Sets a hyperparameter; one that is a variable already is assigned. */
  set(name: string, value: number | LearningRateSchedule): void {
    const known = this.#values.get(name);
    const isVariable = known !== undefined && typeof known === 'object' && 'assign' in known;
    if (isVariable && typeof value === 'number') known.assign(value);
    else this.#values.set(name, value);
  }

  /** The variables by name, sorted, made now if they are not; a schedule has none. */
  variables(): ReadonlyMap<string, Variable> {
    const made = new Map<string, Variable>();
    for (const name of [...this.#values.keys()].sort()) {
      const value = this.#values.get(name);
      if (value instanceof LearningRateSchedule || value === undefined) continue;
      const variable =
        typeof value === 'number'
          ? scalarVariable(`${this.#prefix}/${name}`, 'float32', value)
          : value;
      this.#values.set(name, variable);
      made.set(name, variable);
    }
    return made;
  }

  /** The value at a step, counted from 0. */
  at(name: string, step: number): number {
    const value = this.#values.get(name);
    if (value instanceof LearningRateSchedule) return value.call(step);
    if (value === undefined || typeof value === 'number') return value ?? Number.NaN;
    return value.values()[0] as number;
  }

  /** The schedule that a hyperparameter follows, or null. */
  schedule(name: string): LearningRateSchedule | null {
    const value = this.#values.get(name);
    return value instanceof LearningRateSchedule ? value : null;
  }

  /** What a configuration notes of a hyperparameter. */
  config(name: string): unknown {
    const schedule = this.schedule(name);
    return schedule === null ? this.at(name, 0) : serialize(schedule);
  }
}
