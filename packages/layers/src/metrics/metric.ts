import type { DType } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { newFlat, recordOfFlat, sizeOf } from '../engine/flat.ts';
import { Layer } from '../engine/layer.ts';
import { type CustomObjects, getClassName } from '../engine/registry.ts';
import type { Config, Initializer } from '../engine/types.ts';
import type { Variable } from '../engine/variable.ts';
import type { NestedNumbers } from '../engine/variable-values.ts';
import { check_keys } from '../losses/arguments.ts';

/** Arguments every metric takes. */
export interface MetricConfig {
  readonly name?: string | null;
  /** Dtype of the state and the result. */
  readonly dtype?: string | null;
}

/** A class of metrics. */
export interface MetricClass {
  new (config: never): Metric;
}

const zeros: Initializer = {
  call: (shape, dtype = 'float32') => recordOfFlat(dtype, shape, newFlat(dtype, sizeOf(shape))),
  get_config: () => ({}),
};

/**
 * Base of the metrics: values that are gathered over batches.
 *
 * A subclass makes its state with `add_state`, adds a batch in `update_state` and computes `result`.
 */
export abstract class Metric extends Layer {
  static override readonly className: string = 'Metric';
  static override readonly isMetric: boolean = true;

  /** @throws TypeError for an argument that the class does not take. */
  constructor(config: MetricConfig = {}, own_keys: readonly string[] = []) {
    const { name, dtype = null } = config;
    super({ name: name ?? undefined, dtype });
    check_keys(getClassName(this), config, ['name', 'dtype', ...own_keys]);
    this.stateful = true;
    this.built = true;
  }

  /** Makes a variable of the state, which starts at zero. */
  protected add_state(
    name: string,
    shape: readonly number[] = [],
    dtype: DType = this.dtype ?? 'float32',
  ): Variable {
    return this.add_weight({ name, shape, dtype, initializer: zeros, trainable: false });
  }

  /** Adds a batch of labels and predictions, or of values, to the state. */
  abstract update_state(
    y_true: tf.Tensor,
    y_pred?: tf.Tensor | null,
    sample_weight?: tf.Tensor | null,
  ): void;

  /** Computes the metric of all batches since the last reset. */
  abstract result(): tf.Tensor;

  /** The result as plain numbers, which is what histories and logs hold. */
  value(): NestedNumbers {
    return tf.tidy(() => this.result().arraySync());
  }

  /** Forgets all batches. */
  reset_state(): void {
    for (const variable of this.variables) variable.assign_values(variable.values().fill(0));
  }

  /** Returns the constructor arguments. */
  override get_config(): Config {
    return { name: this.name, dtype: this.dtype };
  }

  /** Makes a metric from its constructor arguments. */
  static override from_config(
    this: MetricClass,
    config: Config,
    _custom_objects?: CustomObjects,
  ): Metric {
    return new this(config as never);
  }
}

/** Base of the built-in metrics, which compute their result outside of the backend. */
export abstract class BuiltInMetric extends Metric {
  abstract override value(): NestedNumbers;

  override result(): tf.Tensor {
    return tf.tensor(this.value() as number | number[] | number[][]);
  }
}

/** Divides; a division by 0 gives 0. */
export function divideNoNan(dividend: number, divisor: number): number {
  return divisor === 0 ? 0 : dividend / divisor;
}

/** Adds numbers to a variable of a metric. */
export function accumulate(variable: Variable, amounts: ArrayLike<number>): void {
  const values = variable.values();
  for (let i = 0; i < values.length; i += 1) {
    values[i] = (values[i] as number) + (amounts[i] as number);
  }
  variable.assign_values(values);
}

/** The tensor in float32, unchanged when it is so already: others may know it by identity. */
export function float(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32');
}
