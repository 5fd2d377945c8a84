import * as tf from '@tensorflow/tfjs-core';

/** Rows of different lengths: their elements one after the other, and where each row ends. */
export class RaggedTensor {
  readonly flat_values: tf.Tensor;
  /** One vector per ragged axis, outermost first: the starts of its rows and the end of the last. */
  readonly nested_row_splits: readonly tf.Tensor[];

  constructor(flat_values: tf.Tensor, nested_row_splits: readonly tf.Tensor[]) {
    this.flat_values = flat_values;
    this.nested_row_splits = nested_row_splits;
  }

  /** The tensors that it consists of, in the order in which functions take them. */
  components(): readonly tf.Tensor[] {
    return [this.flat_values, ...this.nested_row_splits];
  }
}

/** A tensor of which only some elements are stored. */
export class SparseTensor {
  /** Index vectors of the elements, [elements, axes]. */
  readonly indices: tf.Tensor;
  readonly values: tf.Tensor;
  readonly dense_shape: tf.Tensor;

  constructor(indices: tf.Tensor, values: tf.Tensor, dense_shape: tf.Tensor) {
    this.indices = indices;
    this.values = values;
    this.dense_shape = dense_shape;
  }

  /** The tensors that it consists of, in the order in which functions take them. */
  components(): readonly tf.Tensor[] {
    return [this.indices, this.values, this.dense_shape];
  }
}

/** Any other composite of tensors, as a list. */
export class CompositeTensor {
  readonly #components: readonly tf.Tensor[];

  constructor(components: readonly tf.Tensor[]) {
    this.#components = components;
  }

  /** The tensors that it consists of, in the order in which functions take them. */
  components(): readonly tf.Tensor[] {
    return this.#components;
  }
}

/** A value that consists of several tensors. */
export type Composite = RaggedTensor | SparseTensor | CompositeTensor;

/** True for values that consist of several tensors. */
export function isComposite(value: unknown): value is Composite {
  return (
    value instanceof RaggedTensor ||
    value instanceof SparseTensor ||
    value instanceof CompositeTensor
  );
}

/** Makes a composite of its tensors; `className` is that of its spec in Python. */
export function compositeOf(className: string, parts: readonly tf.Tensor[]): Composite | tf.Tensor {
  const [first, second, third] = parts;
  if (className === 'RaggedTensorSpec' && first instanceof tf.Tensor) {
    return parts.length === 1 ? first : new RaggedTensor(first, parts.slice(1));
  }
  if (className === 'SparseTensorSpec' && first && second && third) {
    return new SparseTensor(first, second, third);
  }
  return new CompositeTensor(parts);
}
