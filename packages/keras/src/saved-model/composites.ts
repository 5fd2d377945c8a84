import { RaggedTensor } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';

export { RaggedTensor };

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

/** Number of the tensors that a composite consists of. */
export function componentsIn(value: Composite): number {
  return value instanceof RaggedTensor ? 1 + value.ragged_rank : value.components().length;
}

/** The tensors that a composite consists of, in the order in which functions take them. */
export function componentsOf(value: Composite): readonly tf.Tensor[] {
  if (!(value instanceof RaggedTensor)) return value.components();
  return [
    value.flat_values,
    ...value.nested_row_splits.map((splits) => tf.tensor1d(splits, 'int32')),
  ];
}

/** Makes a composite of its tensors; `className` is that of its spec in Python. */
export function compositeOf(className: string, parts: readonly tf.Tensor[]): Composite | tf.Tensor {
  const [first, second, third] = parts;
  if (className === 'RaggedTensorSpec' && first instanceof tf.Tensor) {
    if (parts.length === 1) return first;
    const rows = parts.slice(1).map((splits) => splits.dataSync());
    return RaggedTensor.from_nested_row_splits(first, rows);
  }
  if (className === 'SparseTensorSpec' && first && second && third) {
    return new SparseTensor(first, second, third);
  }
  return new CompositeTensor(parts);
}
