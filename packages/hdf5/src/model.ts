import type { LazyTensor, Tensor } from '@km/core';

/** A weight with the name it has in the file; Keras binds weights by their order, never by this name. */
export interface H5Weight<T extends Tensor | LazyTensor = LazyTensor> {
  /** Such as `dense/kernel:0`; a `/` makes groups. */
  readonly name: string;
  readonly tensor: T;
}

/** A layer and its weights, in the order of `layer.weights`. */
export interface H5Layer<T extends Tensor | LazyTensor = LazyTensor> {
  readonly name: string;
  readonly weights: readonly H5Weight<T>[];
}

/** What `model.save_weights('x.h5')` stores, in the order of `model.layers`. */
export interface H5Weights<T extends Tensor | LazyTensor = LazyTensor> {
  /** Version of the Keras that wrote the file. */
  readonly kerasVersion?: string | undefined;
  /** `tensorflow` or `theano`, `cntk`, `jax`, `torch`. */
  readonly backend?: string | undefined;
  /** All layers, also those without weights. */
  readonly layers: readonly H5Layer<T>[];
  /** Weights that belong to the model itself; left out by Keras before 2.7. */
  readonly topLevelWeights?: readonly H5Weight<T>[] | undefined;
}

/** What `model.save('x.h5')` stores. */
export interface H5Model<T extends Tensor | LazyTensor = LazyTensor> extends H5Weights<T> {
  /** JSON text of `{class_name, config}`. */
  readonly modelConfig: string;
  /** JSON text of the arguments of `compile`; there for a compiled model. */
  readonly trainingConfig?: string | undefined;
  /** State of the optimizer, in its own order; there once the optimizer has state. */
  readonly optimizerWeights?: readonly H5Weight<T>[] | undefined;
}

/** The variables of one object of a v3 weights file. */
export interface H5Variables<T extends Tensor | LazyTensor = LazyTensor> {
  /** Name of the layer; only Keras 3 stores it. */
  readonly name?: string | undefined;
  readonly variables: readonly T[];
}

/**
 * What a `.weights.h5` file of Keras ≥ 2.12 and the weights inside a `.keras` archive store: objects by path, such as
 * `layers/dense` or `optimizer`, with `''` for the model itself. An object without variables is there, too.
 */
export type H5WeightsV3<T extends Tensor | LazyTensor = LazyTensor> = ReadonlyMap<
  string,
  H5Variables<T>
>;
