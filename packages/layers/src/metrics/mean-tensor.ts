import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../engine/variable.ts';
import type { NestedNumbers } from '../engine/variable-values.ts';
import { nestValues } from '../engine/variable-values.ts';
import { weights_to_match } from '../losses/weighting.ts';
import { accumulate, BuiltInMetric, divideNoNan, float, type MetricConfig } from './metric.ts';

/** Arguments of `MeanTensor`. */
export interface MeanTensorConfig extends MetricConfig {
  /** Shape of the values; without it the first batch tells. */
  readonly shape?: readonly number[] | null;
}

/** Computes the weighted mean of each element of tensors of one shape. */
export class MeanTensor extends BuiltInMetric {
  static override readonly className: string = 'MeanTensor';
  _total: Variable | null = null;
  _count: Variable | null = null;

  constructor(config: MeanTensorConfig = {}) {
    super({ ...config, name: config.name ?? 'mean_tensor' }, ['shape']);
    if (config.shape !== undefined && config.shape !== null) this.make_state(config.shape);
  }

  private make_state(shape: readonly number[]): Variable {
    const total = this.add_state('total', shape);
    this._total = total;
    this._count = this.add_state('count', shape);
    return total;
  }

  override update_state(values: tf.Tensor, sample_weight: tf.Tensor | null = null): void {
    const state = this._total ?? this.make_state(values.shape);
    if (state.shape.join() !== values.shape.join()) {
      throw new RangeError(
        `MeanTensor takes values of one shape: [${state.shape}] so far, not [${values.shape}].`,
      );
    }
    tf.tidy(() => {
      const all = float(values);
      const weights =
        sample_weight === null ? tf.scalar(1) : weights_to_match(all, float(sample_weight));
      accumulate(state, tf.mul(all, weights).dataSync());
      accumulate(this._count as Variable, tf.mul(tf.onesLike(all), weights).dataSync());
    });
  }

  override value(): NestedNumbers {
    if (this._total === null || this._count === null) {
      throw new TypeError('MeanTensor has no result before the first update_state(value).');
    }
    const counts = this._count.values();
    const means = Array.from(this._total.values(), (total, i) =>
      Math.fround(divideNoNan(total, counts[i] as number)),
    );
    return nestValues(means, this._total.shape);
  }
}
