import { isTracing, tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../base.ts';
import type { Moments } from './moments.ts';

/** Bounds of the correction of batch renormalization. */
export interface RenormClipping {
  readonly rmin?: number;
  readonly rmax?: number;
  readonly dmax?: number;
}

/** What brings batch statistics to the moving ones: a factor and a shift; no gradient flows through them. */
export interface RenormCorrection {
  readonly r: tf.Tensor;
  readonly d: tf.Tensor;
}

/** Variables of batch renormalization. */
export interface RenormVariables {
  readonly moving_variance: Variable;
  readonly moving_stddev: Variable;
  readonly renorm_mean: Variable;
  readonly renorm_stddev: Variable;
}

/** The moving statistics of batch renormalization. */
export class RenormStatistics {
  readonly #variables: RenormVariables;

  constructor(variables: RenormVariables) {
    this.#variables = variables;
  }

  /** The moving mean, in the shape of batch moments. */
  mean(like: tf.Tensor): tf.Tensor {
    return tf.reshape(this.#variables.renorm_mean.read(), like.shape);
  }

  /** The moving standard deviation, in the shape of batch moments. */
  stddev(like: tf.Tensor): tf.Tensor {
    return tf.reshape(this.#variables.renorm_stddev.read(), like.shape);
  }

  /** Moves the statistics towards those of a batch. */
  update(batch: Moments, renormMomentum: number, momentum: number, epsilon: number): void {
    const { moving_variance, moving_stddev, renorm_mean, renorm_stddev } = this.#variables;
    const stddev = tf.sqrt(tf.add(batch.variance, epsilon));
    move(renorm_mean, batch.mean, renormMomentum);
    move(renorm_stddev, stddev, renormMomentum);
    move(moving_stddev, stddev, momentum);
    moving_variance.assign(tf.relu(tf.sub(tf.square(moving_stddev.read()), epsilon)));
  }
}

function move(average: Variable, value: tf.Tensor, momentum: number): void {
  const target = tf.reshape(value, [...average.shape]);
  average.assign_sub(tf.mul(tf.sub(average.read(), target), 1 - momentum));
}

/** Computes the correction, cut to its bounds. */
export function correctionOf(
  batch: Moments,
  statistics: RenormStatistics,
  epsilon: number,
  clipping: RenormClipping,
): RenormCorrection {
  const least = Math.sqrt(epsilon);
  const stddev = tf.maximum(statistics.stddev(batch.variance), least);
  let r = tf.div(tf.sqrt(tf.add(batch.variance, epsilon)), stddev);
  let d = tf.div(tf.sub(batch.mean, statistics.mean(batch.mean)), stddev);
  if (clipping.rmin !== undefined) r = tf.maximum(r, clipping.rmin);
  if (clipping.rmax !== undefined) r = tf.minimum(r, clipping.rmax);
  if (clipping.dmax !== undefined) d = tf.clipByValue(d, -clipping.dmax, clipping.dmax);
  return { r: stopGradient(r), d: stopGradient(d) };
}

/** Returns a tensor through which no gradient flows. */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  if (isTracing()) return tracedOp({ op: 'StopGradient', inputs: [x], outputs: [x] })[0] ?? x;
  return tf.customGrad((...inputs) => {
    const value = inputs[0] as tf.Tensor;
    return { value: tf.clone(value), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  })(x);
}
