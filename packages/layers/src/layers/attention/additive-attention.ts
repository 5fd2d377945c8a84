import * as tf from '@tensorflow/tfjs-core';
import type { Config, Shape, Variable } from '../base.ts';
import { knownSize } from '../shapes.ts';
import { BaseDenseAttention, type DenseAttentionConfig } from './base-dense-attention.ts';

/** Arguments of `AdditiveAttention`. */
export interface AdditiveAttentionConfig extends DenseAttentionConfig {
  /** True: learned numbers scale the features of the scores. */
  readonly use_scale?: boolean;
}

/** Attention with sums, Bahdanau et al. (2015). */
export class AdditiveAttention extends BaseDenseAttention {
  static override readonly className: string = 'AdditiveAttention';
  readonly use_scale: boolean;
  declare scale: Variable | null;

  constructor(config: AdditiveAttentionConfig = {}) {
    const { use_scale, ...rest } = config;
    super(rest);
    this.use_scale = use_scale ?? true;
  }

  override build(input_shape: readonly Shape[]): void {
    const size = knownSize(input_shape[1] ?? [], -1, this);
    this.scale = this.use_scale
      ? this.add_weight({ name: 'scale', shape: [size], initializer: 'glorot_uniform' })
      : null;
    super.build(input_shape);
  }

  protected scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    const sums = tf.tanh(tf.add(tf.expandDims(query, -2), tf.expandDims(key, -3)));
    return tf.sum(this.scale === null ? sums : tf.mul(this.scale.read(), sums), -1);
  }

  override get_config(): Config {
    return { ...super.get_config(), use_scale: this.use_scale };
  }
}
