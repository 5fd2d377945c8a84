import type { Tensor as TensorRecord } from '@km/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { Nested } from '../engine/types.ts';
import type { NestedNumbers } from '../engine/variable-values.ts';
import type { RaggedTensor } from '../ragged/ragged-tensor.ts';

/** Results by name: losses and metrics. */
export type Logs = Record<string, NestedNumbers>;

/** What a step gives by name: numbers, or tensors that hold them. */
export type StepResults = Record<string, NestedNumbers | tf.Tensor>;

/** A typed array of numbers. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A flat typed array with its shape. */
export interface ShapedArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** Data for one input or output; the first axis counts the samples. */
export type ArrayData =
  | tf.Tensor
  | RaggedTensor
  | TensorRecord
  | ShapedArray
  | TypedArray
  | NestedNumbers;

/** Data for a model: for one tensor, or a list or dictionary with an entry for each. */
export type Data = Nested<ArrayData>;

/**
 * Tensors of a batch in the structure of a model's inputs or outputs; null where there are none, a `RaggedTensor` where
 * the data are ragged.
 */
export type BatchTensors = Nested<tf.Tensor | null>;

/** What `train_step` and `test_step` get: inputs, labels and sample weights of a batch. */
export type Batch = readonly [x: BatchTensors, y: BatchTensors, sample_weight: BatchTensors];
