import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../engine/types.ts';
import { penalty, Regularizer } from './regularizer.ts';

/** Arguments of `OrthogonalRegularizer`. */
export interface OrthogonalRegularizerConfig {
  readonly factor?: number;
  readonly mode?: 'rows' | 'columns';
}

/** Penalizes rows, or columns, of a matrix that are not orthogonal to each other. */
export class OrthogonalRegularizer extends Regularizer {
  static override readonly className: string = 'OrthogonalRegularizer';
  readonly factor: number;
  readonly mode: 'rows' | 'columns';

  constructor(config: OrthogonalRegularizerConfig = {}) {
    super();
    this.factor = penalty(config.factor, 0.01);
    this.mode = config.mode ?? 'rows';
    if (this.mode !== 'rows' && this.mode !== 'columns') {
      throw new RangeError(`mode is 'rows' or 'columns', not '${String(this.mode)}'.`);
    }
  }

  call(x: tf.Tensor): tf.Scalar {
    if (x.rank !== 2) {
      throw new RangeError(`OrthogonalRegularizer takes a matrix, not a shape of [${x.shape}].`);
    }
    const vectors = this.mode === 'rows' ? x : tf.transpose(x);
    const squares = tf.sum(tf.square(vectors), 1, true);
    const unit = tf.mul(vectors, tf.rsqrt(tf.maximum(squares, 1e-12)));
    const products = tf.matMul(unit, tf.transpose(unit));
    const size = vectors.shape[0] ?? 0;
    const others = tf.mul(products, tf.sub(1, tf.eye(size)));
    const pairs = (size * (size - 1)) / 2;
    return tf.div<tf.Scalar>(tf.mul(this.factor * 0.5, tf.sum(tf.abs(others))), pairs);
  }

  override get_config(): Config {
    return { factor: this.factor, mode: this.mode };
  }
}
