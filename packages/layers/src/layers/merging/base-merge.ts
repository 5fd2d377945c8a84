import * as tf from '@tensorflow/tfjs-core';
import { type CallArgs, Layer, type LayerConfig, type Shape } from '../base.ts';
import { showShape } from '../shapes.ts';

/** Base of the layers that turn a list of tensors into one. */
export abstract class Merge extends Layer {
  constructor(config: LayerConfig = {}) {
    super(config);
    this.supports_masking = true;
  }

  /** Merges tensors of equal rank. */
  protected abstract merge(inputs: readonly tf.Tensor[]): tf.Tensor;

  override build(input_shape: readonly Shape[]): void {
    requireList(input_shape, this.name);
    const batches = new Set(input_shape.map((shape) => shape[0] ?? null));
    batches.delete(null);
    if (batches.size > 1) {
      throw new RangeError(
        `${this.name}: the inputs have different batch sizes: ${input_shape.map(showShape).join(', ')}.`,
      );
    }
    this.compute_output_shape(input_shape);
    super.build(input_shape);
  }

  override call(inputs: readonly tf.Tensor[], _args: CallArgs): tf.Tensor {
    const rank = Math.max(...inputs.map((x) => x.rank));
    return this.merge(inputs.map((x) => widen(x, rank)));
  }

  override compute_output_shape(input_shape: readonly Shape[]): Shape {
    const inner = input_shape.map((shape) => shape.slice(1));
    const merged = inner.reduce<Shape>((a, b) => broadcast(a, b, this.name), inner[0] ?? []);
    const batch = input_shape.map((shape) => shape[0] ?? null).find((n) => n !== null) ?? null;
    return [batch, ...merged];
  }

  override compute_mask(
    inputs: readonly tf.Tensor[],
    mask: readonly (tf.Tensor | null)[] | null,
  ): tf.Tensor | null {
    const masks = presentMasks(inputs, mask);
    if (masks.length === 0) return null;
    return tf.all(tf.concat(masks.map((each) => tf.expandDims(each, 0))), 0);
  }
}

/** Checks that a merging layer got a list of inputs. */
export function requireList(input_shape: readonly unknown[], name: string): void {
  if (Array.isArray(input_shape[0])) return;
  throw new TypeError(`${name}: a merging layer is called on a list of tensors.`);
}

/** Returns the masks that exist. */
export function presentMasks(
  inputs: readonly tf.Tensor[],
  mask: readonly (tf.Tensor | null)[] | null,
): tf.Tensor[] {
  if (mask === null) return [];
  if (mask.length !== inputs.length) {
    throw new RangeError(`Got ${mask.length} masks for ${inputs.length} inputs.`);
  }
  return mask.filter((each): each is tf.Tensor => each !== null);
}

/** Adds axes of size 1 after the batch. */
function widen(x: tf.Tensor, rank: number): tf.Tensor {
  if (x.rank === rank) return x;
  const [batch = 1, ...inner] = x.shape;
  return tf.reshape(x, [batch, ...new Array<number>(rank - x.rank).fill(1), ...inner]);
}

function broadcast(a: Shape, b: Shape, name: string): Shape {
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  const offset = long.length - short.length;
  return long.map((n, axis) => {
    if (axis < offset) return n;
    const other = short[axis - offset] ?? null;
    if (n === null || other === null) return null;
    if (n === other || other === 1) return n;
    if (n === 1) return other;
    throw new RangeError(
      `${name}: samples of the shapes ${showShape(a)} and ${showShape(b)} cannot be merged.`,
    );
  });
}
