import * as tf from '@tensorflow/tfjs-core';
import { hasRows, withObjects } from '../../engine/rows.ts';
import { concat } from '../../ragged/join.ts';
import type { RaggedValues } from '../../ragged/ragged-tensor.ts';
import type { Config, LayerConfig, Shape } from '../base.ts';
import { axisOf, showShape } from '../shapes.ts';
import { sumDims } from '../sizes.ts';
import { Merge, presentMasks, requireList } from './base-merge.ts';

/** Arguments of `Concatenate`. */
export interface ConcatenateConfig extends LayerConfig {
  readonly axis?: number;
}

/** Joins tensors along an axis; their other sizes must be equal. */
export class Concatenate extends Merge {
  static override readonly className: string = 'Concatenate';
  axis: number;

  constructor(config: ConcatenateConfig = {}) {
    const { axis, ...rest } = config;
    super(rest);
    this.axis = axis ?? -1;
  }

  protected merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return tf.concat([...inputs], this.axis);
  }

  override call(inputs: readonly tf.Tensor[]): tf.Tensor {
    if (hasRows(inputs)) {
      const parts: readonly RaggedValues[] = withObjects(inputs);
      return concat(parts, axisOf(this.axis, parts[0]?.rank ?? 0, this)) as tf.Tensor;
    }
    return this.merge(inputs);
  }

  override compute_output_shape(input_shape: readonly Shape[]): Shape {
    requireList(input_shape, this.name);
    const first = input_shape[0] ?? [];
    const axis = axisOf(this.axis, first.length, this);
    const fits = input_shape.every(
      (shape) =>
        shape.length === first.length &&
        shape.every((n, i) => i === axis || n === null || first[i] === null || n === first[i]),
    );
    if (!fits) {
      throw new RangeError(
        `${this.name}: the sizes of ${input_shape.map(showShape).join(', ')} differ outside of axis ${axis}.`,
      );
    }
    return first.map((n, i) =>
      i === axis ? sumDims(input_shape.map((shape) => shape[axis] ?? null)) : n,
    );
  }

  override compute_mask(
    inputs: readonly tf.Tensor[],
    mask: readonly (tf.Tensor | null)[] | null,
  ): tf.Tensor | null {
    if (mask === null || presentMasks(inputs, mask).length === 0) return null;
    const masks = inputs.map((x, i) => {
      const own = mask[i] ?? null;
      if (own === null) return tf.ones(x.shape, 'bool');
      return own.rank < x.rank ? tf.expandDims(own, -1) : own;
    });
    return tf.all(tf.concat(masks, this.axis), -1);
  }

  override get_config(): Config {
    return { ...super.get_config(), axis: this.axis };
  }
}
