import * as tf from '@tensorflow/tfjs-core';
import type { Config, Shapes, Variable } from '../base.ts';
import { oneOf } from '../sizes.ts';
import { BaseDenseAttention, type DenseAttentionConfig } from './base-dense-attention.ts';

/** Arguments of `Attention`. */
export interface AttentionConfig extends DenseAttentionConfig {
  /** True: a learned number scales the scores. */
  readonly use_scale?: boolean;
  readonly score_mode?: 'dot' | 'concat';
}

/** Attention with dot products, Luong et al. (2015), or with sums. */
export class Attention extends BaseDenseAttention {
  static override readonly className: string = 'Attention';
  readonly use_scale: boolean;
  readonly score_mode: 'dot' | 'concat';
  declare scale: Variable | null;
  declare concat_score_weight: Variable | null;

  constructor(config: AttentionConfig = {}) {
    const { use_scale, score_mode, ...rest } = config;
    super(rest);
    this.use_scale = use_scale ?? false;
    this.score_mode = oneOf(score_mode ?? 'dot', ['dot', 'concat'], 'score_mode');
  }

  override build(input_shape: Shapes): void {
    const number = (name: string): Variable =>
      this.add_weight({ name, shape: [], initializer: 'ones' });
    this.scale = this.use_scale ? number('scale') : null;
    this.concat_score_weight = this.score_mode === 'concat' ? number('concat_score_weight') : null;
    super.build(input_shape);
  }

  protected scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    if (this.concat_score_weight === null) {
      const products = tf.matMul(query, key, false, true);
      return this.scale === null ? products : tf.mul(products, this.scale.read());
    }
    const sums = tf.add(tf.expandDims(query, -2), tf.expandDims(key, -3));
    const scaled = this.scale === null ? sums : tf.mul(this.scale.read(), sums);
    return tf.mul(this.concat_score_weight.read(), tf.sum(tf.tanh(scaled), -1));
  }

  override get_config(): Config {
    const { use_scale, score_mode } = this;
    return { ...super.get_config(), use_scale, score_mode };
  }
}
