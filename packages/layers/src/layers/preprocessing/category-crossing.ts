import * as tf from '@tensorflow/tfjs-core';
import { flatten } from '../../engine/nest.ts';
import { type Config, Layer, type LayerConfig, type Tensors } from '../base.ts';
import { callOneOp, textAttr, typeAttr } from '../op-layers/op-call.ts';
import { integer } from '../sizes.ts';

/** Arguments of `CategoryCrossing`. */
export interface CategoryCrossingConfig extends LayerConfig {
  /** How many features are crossed: that many and fewer, or the numbers of a list. Null: all of them. */
  readonly depth?: number | readonly number[] | null;
  /** Text between the parts of a crossing. */
  readonly separator?: string | null;
}

/**
 * Joins features to texts of all of their combinations. Keras of TensorFlow 2.4 to 2.6 has it among its experimental
 * layers; later ones hash with HashedCrossing. Input shapes: `[batch]` or `[batch, values]` each.
 * Output shape: `[batch, combinations]`.
 */
export class CategoryCrossing extends Layer {
  static override readonly className: string = 'CategoryCrossing';
  readonly depth: number | readonly number[] | null;
  readonly separator: string;

  constructor(config: CategoryCrossingConfig = {}) {
    const { depth, separator, ...rest } = config;
    super(rest);
    this.depth = typeof depth === 'number' ? integer(depth, 'depth') : (depth ?? null);
    this.separator = separator ?? '_X_';
    this.autocast = false;
  }

  /** Numbers of features that are crossed. */
  #depths(count: number): number[] {
    if (this.depth === null) return [count];
    if (typeof this.depth !== 'number') return [...this.depth];
    return Array.from({ length: this.depth }, (_, i) => i + 1);
  }

  override call(inputs: Tensors): tf.Tensor {
    const features = flatten<tf.Tensor>(inputs).map(asTexts);
    const crossings = this.#depths(features.length)
      .flatMap((size) => combinations(features, size))
      .map((parts) => parts.reduce((a, b) => this.#cross(a, b)));
    const [first] = crossings;
    if (first === undefined) {
      throw new RangeError(`${this.name}: the depth ${this.depth} needs more inputs.`);
    }
    return crossings.length === 1 ? tf.clone(first) : tf.concat(crossings, 1);
  }

  /** Joins every value of one feature with every one of another, the values of the first in the outer loop. */
  #cross(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
    const [batch = 1, left = 1] = a.shape;
    const [, right = 1] = b.shape;
    const columns = Array.from({ length: left }, (_, i) => {
      const column = tf.slice(a, [0, i], [batch, 1]);
      const wide = tf.concat(new Array<tf.Tensor>(right).fill(column), 1);
      return callOneOp({
        op: 'StringJoin',
        inputs: [[wide, b]],
        attrs: { N: { i: 2n }, separator: textAttr(this.separator) },
        outputs: [{ shape: [batch, right], dtype: 'string' }],
      });
    });
    return columns.length === 1 && columns[0] ? columns[0] : tf.concat(columns, 1);
  }

  override get_config(): Config {
    return { ...super.get_config(), depth: this.depth, separator: this.separator };
  }
}

/** A feature as texts of the shape `[batch, values]`. */
function asTexts(x: tf.Tensor): tf.Tensor {
  const wide = x.rank === 1 ? tf.expandDims(x, 1) : x;
  if (wide.dtype === 'string') return wide;
  return callOneOp({
    op: 'AsString',
    inputs: [wide],
    attrs: { T: typeAttr(wide.dtype as 'int32') },
    outputs: [{ shape: wide.shape, dtype: 'string' }],
  });
}

/** All choices of so many elements, in their order. */
function combinations<T>(list: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return list.flatMap((first, i) =>
    combinations(list.slice(i + 1), size - 1).map((rest) => [first, ...rest]),
  );
}
