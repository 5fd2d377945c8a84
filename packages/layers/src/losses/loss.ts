import type * as tf from '@tensorflow/tfjs-core';
import { logicalAnd } from '@tensorflow/tfjs-core';
import { get_mask } from '../engine/mask.ts';
import type { CustomObjects } from '../engine/registry.ts';
import type { Config } from '../engine/types.ts';
import {
  apply_valid_mask,
  compute_weighted_loss,
  Reduction,
  reduction_of,
  squeeze_to_match,
} from './weighting.ts';

/** Arguments every loss takes. */
export interface LossConfig {
  /** How the values of a batch become one. */
  readonly reduction?: Reduction | null;
  readonly name?: string | null;
}

/** A class of losses. */
export interface LossClass {
  new (config: never): Loss;
}

/** Base of the losses; subclasses define `call`. */
export abstract class Loss {
  static readonly className: string = 'Loss';
  readonly reduction: Reduction;
  readonly name: string | null;

  constructor(config: LossConfig = {}) {
    this.reduction =
      config.reduction === undefined ? Reduction.AUTO : reduction_of(config.reduction);
    this.name = config.name ?? null;
  }

  /** Computes the loss of each sample, of the shape of `y_pred` without its last axis. */
  abstract call(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor;

  /** Computes the losses, weighs them and reduces them; masked predictions do not count. */
  apply(y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | null = null): tf.Tensor {
    const losses = this.call(y_true, y_pred);
    const input = get_mask(y_pred);
    const output = get_mask(losses);
    const both = input !== null && output !== null;
    const mask = both ? logicalAnd(input, output) : (input ?? output);
    const weights = apply_valid_mask(sample_weight, mask, this.reduction);
    return compute_weighted_loss(losses, weights, this.reduction);
  }

  /** Returns the constructor arguments. */
  get_config(): Config {
    return { reduction: this.reduction, name: this.name };
  }

  /** Makes a loss from its constructor arguments. */
  static from_config(this: LossClass, config: Config, _custom_objects?: CustomObjects): Loss {
    return new this(config as never);
  }
}

/** A function that losses and metrics average; `options` are its keyword arguments. */
export type LossFn = (y_true: tf.Tensor, y_pred: tf.Tensor, options?: Config) => tf.Tensor;

/** Arguments of `LossFunctionWrapper`. */
export interface LossFunctionConfig extends LossConfig {
  readonly fn: LossFn;
  /** Keras's name of the function in saved configurations. */
  readonly fn_name?: string;
  /** Keyword arguments of the function. */
  readonly kwargs?: Config;
}

/** A loss made of a function of labels and predictions. */
export class LossFunctionWrapper extends Loss {
  static override readonly className: string = 'LossFunctionWrapper';
  readonly fn: LossFn;
  readonly fn_name: string;
  readonly kwargs: Config;

  constructor(config: LossFunctionConfig) {
    super(config);
    this.fn = config.fn;
    this.fn_name = config.fn_name ?? config.fn.name;
    this.kwargs = config.kwargs ?? {};
  }

  call(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
    const matched = squeeze_to_match(y_true, y_pred);
    return this.fn(matched.y_true, matched.y_pred, this.kwargs);
  }

  override get_config(): Config {
    return { ...super.get_config(), ...this.kwargs, fn: this.fn_name };
  }
}
