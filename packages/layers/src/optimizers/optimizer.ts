import type { DType } from '@km/core';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { noteBuilt } from '../engine/built.ts';
import { type CustomObjects, getClassName } from '../engine/registry.ts';
import { Module } from '../engine/tracking.ts';
import type { Config } from '../engine/types.ts';
import { Variable } from '../engine/variable.ts';
import type { AssignableValue } from '../engine/variable-values.ts';
import { LearningRateSchedule } from '../schedules/index.ts';
import { schedule_config, schedule_or_number } from '../schedules/registry.ts';
import { applyConstraints } from './apply.ts';
import { checkClipping, clipGradients } from './clip.ts';
import {
  denseValues,
  type FlatGradient,
  flatGradient,
  type GradientAndVariable,
  uniqueRows,
} from './gradient.ts';
import { averageInto } from './moving-average.ts';
import { checkConfig, type OptimizerConfig } from './optimizer-config.ts';
import { filledVariable, scalarVariable } from './state.ts';
import { type DecayExemptions, decayWeights } from './weight-decay.ts';

/** A class of optimizers. */
export interface OptimizerClass {
  new (config: never): Optimizer;
}

/**
 * Base of the current optimizers, `tf.keras.optimizers.Optimizer` of TensorFlow 2.11 to 2.15.
 *
 * A subclass makes its state in `create_slots` and updates one variable in `update_step`.
 */
export abstract class Optimizer extends Module {
  static readonly className: string = 'Optimizer';
  /** All variables, in Keras's order: iteration, averages, then those of the algorithm. */
  readonly _variables: Variable[] = [];
  readonly _iterations: Variable;
  _learning_rate: Variable | LearningRateSchedule;
  _current_learning_rate: Variable | null = null;
  _model_variables_moving_average: readonly Variable[] = [];
  readonly name: string;
  weight_decay: number | null;
  clipnorm: number | null;
  global_clipnorm: number | null;
  clipvalue: number | null;
  readonly use_ema: boolean;
  readonly ema_momentum: number;
  readonly ema_overwrite_frequency: number | null;
  built: boolean = false;
  readonly #indices: Map<number, number> = new Map();
  #built_for: readonly Variable[] = [];
  #exemptions: DecayExemptions = {};
  #scope: string = '';

  /** @throws TypeError for an argument that the class does not take. */
  constructor(config: OptimizerConfig, own_keys: readonly string[] = [], learning_rate = 0.001) {
    super();
    const className = getClassName(this);
    checkConfig(className, config, own_keys);
    this._iterations = scalarVariable('iteration', 'int64', 0);
    this._variables.push(this._iterations);
    this.name = config.name ?? className;
    this.weight_decay = config.weight_decay ?? null;
    this.clipnorm = config.clipnorm ?? null;
    this.global_clipnorm = config.global_clipnorm ?? null;
    this.clipvalue = config.clipvalue ?? null;
    checkClipping(className, this);
    this.use_ema = config.use_ema ?? false;
    this.ema_momentum = config.ema_momentum ?? 0.99;
    this.ema_overwrite_frequency = config.ema_overwrite_frequency ?? null;
    this._learning_rate = this.#rateOf(config.learning_rate ?? learning_rate);
  }

  #rateOf(rate: number | LearningRateSchedule): Variable | LearningRateSchedule {
    if (!(rate instanceof LearningRateSchedule)) {
      return scalarVariable('learning_rate', 'float32', rate);
    }
    const first = rate.call(this.#steps);
    this._current_learning_rate = scalarVariable('current_learning_rate', 'float32', first);
    return rate;
  }

  get #steps(): number {
    return this._iterations.values()[0] as number;
  }

  /** How many gradients have been applied, an int64 scalar. */
  get iterations(): Variable {
    return this._iterations;
  }

  /** The learning rate, with a schedule that of the last step. */
  get learning_rate(): Variable {
    return this._current_learning_rate ?? (this._learning_rate as Variable);
  }

  /** Sets the rate to a number, or to a schedule to follow. */
  set learning_rate(rate: number | LearningRateSchedule | Tensor | Variable) {
    if (rate instanceof LearningRateSchedule) {
      this._learning_rate = this.#rateOf(rate);
    } else if (this._learning_rate instanceof LearningRateSchedule) {
      throw new TypeError(
        `${this.name} follows a schedule: its learning rate can be set to another schedule only, not to a number.`,
      );
    } else {
      this._learning_rate.assign(rate instanceof Variable ? rate.record() : rate);
    }
  }

  /** All variables of the optimizer, in Keras's order. */
  get variables(): readonly Variable[] {
    return this._variables;
  }

  /** The variables that the optimizer was built for, in order. */
  get _built_for(): readonly Variable[] {
    return this.#built_for;
  }

  /** Makes the state of each variable. */
  build(variables: readonly Variable[]): void {
    if (this.built) return;
    this.built = true;
    this.#built_for = variables;
    variables.forEach((variable, index) => {
      this.#indices.set(variable.id, index);
    });
    if (this.use_ema) {
      this._model_variables_moving_average = this.add_slots('average', variables);
      this._model_variables_moving_average.forEach((average, i) => {
        average.assign_values((variables[i] as Variable).values().slice());
      });
    }
    this.create_slots(variables);
    noteBuilt(this);
  }

  /** Makes the algorithm's state of each variable. */
  protected create_slots(_variables: readonly Variable[]): void {}

  /** Makes a variable of the optimizer's own, filled with one number. */
  add_variable(shape: readonly number[], dtype: DType, name: string, fill = 0): Variable {
    const variable = filledVariable(this.#scope + name, shape, dtype, fill);
    this._variables.push(variable);
    return variable;
  }

  /** Makes a variable that looks like one of the model, filled with one number. */
  add_variable_from_reference(model_variable: Variable, variable_name: string, fill = 0): Variable {
    const { shape, dtype, name } = model_variable;
    return this.add_variable(shape, dtype, `${variable_name}/${name}`, fill);
  }

  /** Makes a slot of every variable, under Keras's name of the slot. */
  protected add_slots(name: string, variables: readonly Variable[], fill = 0): Variable[] {
    return variables.map((variable) => this.add_variable_from_reference(variable, name, fill));
  }

  /** Finds a variable's slot in a list that `create_slots` made. */
  protected slot_of(variable: Variable, slots: readonly Variable[]): Variable {
    const slot = slots[this.#indices.get(variable.id) ?? -1];
    if (slot !== undefined) return slot;
    throw new TypeError(
      `The optimizer cannot recognize variable ${variable.name}: it was built without it. Call optimizer.build(variables) with all trainable variables first.`,
    );
  }

  /** Exempts variables, or those whose name matches, from the weight decay; call it before `build`. */
  exclude_from_weight_decay(options: DecayExemptions): void {
    if (this.built) {
      throw new TypeError('Call exclude_from_weight_decay() before the optimizer is built.');
    }
    this.#exemptions = options;
  }

  /**
   * Updates variables by their gradients and counts the step; null gradients are left out.
   * @throws TypeError for a variable that was not there when the optimizer was built.
   */
  apply_gradients(grads_and_vars: Iterable<GradientAndVariable>): void {
    const pairs = [...grads_and_vars];
    if (this._learning_rate instanceof LearningRateSchedule) {
      this._current_learning_rate?.assign(this._learning_rate.call(this.#steps));
    }
    this.#buildInScope(pairs.map(([, variable]) => variable));
    const variables: Variable[] = [];
    const gradients: FlatGradient[] = [];
    for (const [gradient, variable] of pairs) {
      if (gradient === null) continue;
      gradients.push(flatGradient(gradient));
      variables.push(variable);
    }
    if (variables.length === 0) return;
    const clipped = clipGradients(gradients, this).map(uniqueRows);
    decayWeights(variables, (this.weight_decay ?? 0) * this.rate(), this.#exemptions);
    variables.forEach((variable, i) => {
      this.update_values(clipped[i] as FlatGradient, variable);
    });
    this.#updateAverages(variables);
    this._iterations.assign(this.#steps + 1);
    applyConstraints(variables);
  }

  #buildInScope(variables: readonly Variable[]): void {
    if (this.built) return;
    // The first step runs in Keras's name scope of the optimizer, an explicit build does not.
    this.#scope = `${this.name}/`;
    this.build(variables);
    this.#scope = '';
  }

  #updateAverages(variables: readonly Variable[]): void {
    if (!this.use_ema) return;
    for (const variable of variables) {
      const average = this.slot_of(variable, this._model_variables_moving_average);
      averageInto(average, variable, this.ema_momentum);
    }
    const frequency = this.ema_overwrite_frequency;
    if (frequency !== null && (this.#steps + 1) % frequency === 0) {
      this.finalize_variable_values(variables);
    }
  }

  /** Replaces variables by their moving averages; `fit` calls it at its end. */
  finalize_variable_values(variables: readonly Variable[]): void {
    if (!this.use_ema || !this.built) return;
    for (const variable of variables) {
      const average = this.slot_of(variable, this._model_variables_moving_average);
      variable.assign_values(average.values().slice());
    }
  }

  /** The learning rate of the running step. */
  protected rate(): number {
    return this.learning_rate.values()[0] as number;
  }

  /** The number of the running step, counted from 1. */
  protected local_step(): number {
    return this.#steps + 1;
  }

  /** Updates a variable from the numbers of its gradient. */
  protected update_values(gradient: FlatGradient, variable: Variable): void {
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
    if (weights.length !== this._variables.length) {
      throw new RangeError(
        `The optimizer has ${this._variables.length} variables, not ${weights.length}; build(variables) makes them.`,
      );
    }
    this._variables.forEach((variable, i) => {
      variable.assign(weights[i] as AssignableValue);
    });
  }

  /** Makes what is not among `variables` fit them; called when these came from a file that holds nothing else. */
  restore_hidden_state(): void {}

  /** Returns the constructor arguments. */
  get_config(): Config {
    return {
      name: this.name,
      weight_decay: this.weight_decay,
      clipnorm: this.clipnorm,
      global_clipnorm: this.global_clipnorm,
      clipvalue: this.clipvalue,
      use_ema: this.use_ema,
      ema_momentum: this.ema_momentum,
      ema_overwrite_frequency: this.ema_overwrite_frequency,
      // TensorFlow compiles optimizers on accelerators only, and notes that it did not.
      jit_compile: false,
      is_legacy_optimizer: false,
      learning_rate: schedule_config(this._learning_rate),
    };
  }

  /** Makes an optimizer from its constructor arguments. */
  static from_config(
    this: OptimizerClass,
    config: Config,
    custom_objects?: CustomObjects,
  ): Optimizer {
    return new this(schedule_or_number(config, custom_objects) as never);
  }
}
