import type { DType } from '@km/core';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { noteBuilt } from '../../engine/built.ts';
import { type CustomObjects, getClassName } from '../../engine/registry.ts';
import { Module, unique } from '../../engine/tracking.ts';
import type { Config } from '../../engine/types.ts';
import { Variable } from '../../engine/variable.ts';
import type { AssignableValue } from '../../engine/variable-values.ts';
import { LearningRateSchedule } from '../../schedules/index.ts';
import { schedule_or_number } from '../../schedules/registry.ts';
import { applyConstraints } from '../apply.ts';
import { checkClipping, clipByGlobalNorm, clipByNorm, clipByValue } from '../clip.ts';
import {
  denseValues,
  type FlatGradient,
  flatGradient,
  type GradientAndVariable,
  roundingOf,
  uniqueRows,
} from '../gradient.ts';
import { filledVariable } from '../state.ts';
import { Hypers } from './hypers.ts';
import { checkLegacyConfig, type LegacyOptimizerConfig } from './optimizer-config.ts';

/** A class of legacy optimizers. */
export interface LegacyOptimizerClass {
  new (config: never): LegacyOptimizer;
}

/** The numbers of a running step, rounded as the variable's dtype computes. */
export interface StepState {
  readonly round: (value: number) => number;
  /** Learning rate after schedule and decay. */
  readonly lr: number;
  /** Number of the step, counted from 1. */
  readonly step: number;
  /** Value of a hyperparameter. */
  hyper(name: string): number;
}

/**
 * Base of the legacy optimizers, `tf.keras.optimizers.legacy.Optimizer`: those of TensorFlow up to 2.10.
 *
 * A subclass makes its slots in `create_slots` and updates one variable in `update_values`.
 */
export abstract class LegacyOptimizer extends Module {
  static readonly className: string = 'OptimizerV2';
  readonly name: string;
  clipnorm: number | null;
  clipvalue: number | null;
  global_clipnorm: number | null;
  readonly #initial_decay: number;
  protected readonly hypers: Hypers;
  readonly #slots: Map<Variable, Map<string, Variable>> = new Map();
  readonly #slot_names: string[] = [];
  readonly #weights: Variable[] = [];
  #iterations: Variable | null = null;
  #built_for: readonly Variable[] = [];

  /** @throws TypeError for an argument that the class does not take. */
  constructor(
    config: LegacyOptimizerConfig,
    own_keys: readonly string[] = [],
    learning_rate = 0.001,
  ) {
    super();
    const className = getClassName(this);
    checkLegacyConfig(className, config, own_keys);
    this.name = config.name ?? className;
    this.clipnorm = config.clipnorm ?? null;
    this.clipvalue = config.clipvalue ?? null;
    this.global_clipnorm = config.global_clipnorm ?? null;
    checkClipping(className, this);
    this.#initial_decay = config.decay ?? 0;
    this.hypers = new Hypers(this.name);
    this.hypers.set('learning_rate', config.lr ?? config.learning_rate ?? learning_rate);
    this.hypers.set('decay', this.#initial_decay);
  }

  /** The variables of the hyperparameters by name, sorted; a schedule has none. */
  get hyper_variables(): ReadonlyMap<string, Variable> {
    return this.hypers.variables();
  }

  #variable(name: string, shape: readonly number[], dtype: DType, fill: number): Variable {
    return filledVariable(`${this.name}/${name}`, shape, dtype, fill);
  }

  /** How many gradients have been applied, an int64 scalar. */
  get iterations(): Variable {
    return this.#counter();
  }

  #counter(): Variable {
    if (this.#iterations === null) {
      this.#iterations = this.#variable('iter', [], 'int64', 0);
      this.#weights.push(this.#iterations);
    }
    return this.#iterations;
  }

  /** The learning rate before decay, or the schedule. */
  get learning_rate(): Variable | LearningRateSchedule {
    const schedule = this.hypers.schedule('learning_rate');
    return schedule ?? (this.hyper_variables.get('learning_rate') as Variable);
  }

  /** Sets the rate to a number, or to a schedule to follow. */
  set learning_rate(rate: number | LearningRateSchedule | Tensor | Variable) {
    if (rate instanceof LearningRateSchedule || typeof rate === 'number') {
      this.hypers.set('learning_rate', rate);
    } else {
      const numbers = rate instanceof Variable ? rate.values() : rate.dataSync();
      this.hypers.set('learning_rate', numbers[0] as number);
    }
  }

  /** All variables in Keras's order: iter, then the slots as they were made. */
  get variables(): readonly Variable[] {
    return this.#weights;
  }

  /** Names of the slots in the order of their making. */
  get_slot_names(): readonly string[] {
    return this.#slot_names;
  }

  /** The state of that name of a variable. */
  get_slot(variable: Variable, name: string): Variable {
    const slot = this.#slots.get(variable)?.get(name);
    if (slot === undefined) {
      throw new TypeError(`The optimizer has no slot '${name}' of variable ${variable.name}.`);
    }
    return slot;
  }

  /** The variables that the optimizer was built for, in order. */
  get _built_for(): readonly Variable[] {
    return this.#built_for;
  }

  /** All state: the variable it belongs to, its name, and the variable that holds it. */
  *slots(): Iterable<readonly [variable: Variable, name: string, slot: Variable]> {
    for (const [variable, slots] of this.#slots) {
      for (const [name, slot] of slots) yield [variable, name, slot];
    }
  }

  /** Makes the state of that name of a variable, filled with one number, unless there is one. */
  add_slot(variable: Variable, name: string, fill = 0): Variable {
    const of_variable = this.#slots.get(variable) ?? new Map<string, Variable>();
    this.#slots.set(variable, of_variable);
    if (!this.#slot_names.includes(name)) this.#slot_names.push(name);
    const known = of_variable.get(name);
    if (known !== undefined) return known;
    const { shape, dtype } = variable;
    const slot = this.#variable(`${variable.name}/${name}`, shape, dtype, fill);
    of_variable.set(name, slot);
    this.#weights.push(slot);
    return slot;
  }

  /** Makes slots of one name for all variables. */
  protected add_slots(variables: readonly Variable[], name: string, fill = 0): void {
    for (const variable of variables) this.add_slot(variable, name, fill);
  }

  /** Makes a variable of the optimizer that belongs to none of the model, among its weights. */
  protected add_scalar(name: string, dtype: DType, value: number): Variable {
    const scalar = this.#variable(name, [], dtype, value);
    this.#weights.push(scalar);
    return scalar;
  }

  /** Makes the slots of variables. */
  protected create_slots(_variables: readonly Variable[]): void {}

  /** Makes the iteration counter, the hyperparameters and the slots of variables. */
  build(variables: readonly Variable[]): void {
    this.#counter();
    this.hypers.variables();
    this.#built_for = unique([...this.#built_for, ...variables]);
    this.create_slots(variables);
    noteBuilt(this);
  }

  /** Updates variables by their gradients and counts the step; null gradients are left out. */
  apply_gradients(grads_and_vars: Iterable<GradientAndVariable>): void {
    const pairs = [...grads_and_vars].filter(([gradient]) => gradient !== null);
    const variables = pairs.map(([, variable]) => variable);
    this.build(variables);
    if (pairs.length === 0) return;
    const gradients = pairs.map(([gradient]) => flatGradient(gradient as Tensor));
    const clipped = this.#clip(gradients);
    this.begin_step(variables);
    variables.forEach((variable, i) => {
      const gradient = uniqueRows(clipped[i] as FlatGradient);
      this.update_values(gradient, variable, this.#stateOf(variable));
    });
    applyConstraints(variables);
    this.iterations.assign((this.iterations.values()[0] as number) + 1);
  }

  /** Runs before the variables of a step are updated. */
  protected begin_step(_variables: readonly Variable[]): void {}

  #clip(gradients: readonly FlatGradient[]): readonly FlatGradient[] {
    const { clipvalue, clipnorm, global_clipnorm } = this;
    const limited = gradients
      .map((g) => (clipvalue === null ? g : clipByValue(g, clipvalue)))
      .map((g) => (clipnorm === null ? g : clipByNorm(g, clipnorm)));
    return global_clipnorm === null ? limited : clipByGlobalNorm(limited, global_clipnorm);
  }

  #stateOf(variable: Variable): StepState {
    const round = roundingOf(variable);
    const done = this.iterations.values()[0] as number;
    const rate = this.hypers.at('learning_rate', done);
    return {
      round,
      lr: round(rate / (1 + this.#initial_decay * done)),
      step: done + 1,
      hyper: (name) => round(this.hypers.at(name, done)),
    };
  }

  /** Updates a variable from the numbers of its gradient. */
  protected update_values(gradient: FlatGradient, variable: Variable, _state: StepState): void {
    tidy(() => {
      const dense = Float32Array.from(denseValues(gradient, variable.size));
      this.update_step(tensor(dense, [...variable.shape]), variable);
    });
  }

  /** Updates a variable by its gradient; optimizers of a caller's own define it. */
  update_step(_gradient: Tensor, _variable: Variable): void {
    throw new TypeError(`${getClassName(this)} has no update_step.`);
  }

  /** Sets all variables, in Keras's order. */
  set_weights(weights: readonly AssignableValue[]): void {
    if (weights.length !== this.#weights.length) {
      throw new RangeError(
        `The optimizer has ${this.#weights.length} variables, not ${weights.length}; build(variables) makes them.`,
      );
    }
    this.#weights.forEach((variable, i) => {
      variable.assign(weights[i] as AssignableValue);
    });
  }

  /** Returns the constructor arguments. */
  get_config(): Config {
    const config: Config = { name: this.name };
    if (this.clipnorm !== null) config.clipnorm = this.clipnorm;
    if (this.clipvalue !== null) config.clipvalue = this.clipvalue;
    if (this.global_clipnorm !== null) config.global_clipnorm = this.global_clipnorm;
    config.learning_rate = this.hypers.config('learning_rate');
    config.decay = this.#initial_decay;
    return config;
  }

  /** Makes an optimizer from its constructor arguments. */
  static from_config(
    this: LegacyOptimizerClass,
    config: Config,
    custom_objects?: CustomObjects,
  ): LegacyOptimizer {
    return new this(schedule_or_number(config, custom_objects) as never);
  }
}
