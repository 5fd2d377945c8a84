import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RaggedTensor } from '../ragged/ragged-tensor.ts';

/** Sizes of the axes of a tensor, outermost first; `null` where a size is open. */
export type Shape = readonly (number | null)[];

/** A value, or lists and dictionaries of values at any depth. */
export type Nested<T> = T | readonly Nested<T>[] | { readonly [key: string]: Nested<T> };

/** A shape, or lists and dictionaries of shapes, one per tensor. */
export type Shapes = Nested<Shape>;

/** A tensor, or lists and dictionaries of tensors. */
export type Tensors = Nested<Tensor>;

/** What a call gives a user: tensors, or ragged tensors, or lists and dictionaries of them. */
export type Outputs = Nested<Tensor | RaggedTensor>;

/** Masks in the structure of the tensors they belong to; `null` where there is none. */
export type Masks = Nested<Tensor | null>;

/** What is known of a tensor before it exists. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: string;
  /** True for a tensor with rows of different lengths. */
  readonly ragged?: boolean;
}

/** Shapes and dtypes of what a layer was called with. */
export interface CallSpec {
  readonly inputs: Nested<TensorSpec>;
  /** Further arguments that are tensors, by name; masks are none of them. */
  readonly args: Readonly<Record<string, Nested<TensorSpec>>>;
}

/** A plain JSON-like dictionary of constructor arguments under Keras's names. */
export type Config = { [key: string]: unknown };

/** What a layer's `call` gets besides its inputs, under Keras's names. */
export interface CallArgs {
  /** True while training; resolved before `call` runs. */
  readonly training: boolean;
  /** Masks of the inputs in their structure; `null` when no input carries one. */
  readonly mask: Masks | null;
  readonly [name: string]: unknown;
}

/** What a caller of a layer may give besides its inputs. */
export interface ApplyArgs {
  /** True for training mode; `null` or absent takes the mode of the calling layer. */
  readonly training?: boolean | null | undefined;
  readonly [name: string]: unknown;
}

/** Draws the first value of a weight. */
export interface Initializer {
  /** Values of a new weight. */
  call(shape: readonly number[], dtype?: DType): TensorRecord;
  /** Settles all that the values depend on and checks the arguments; true when `call` may then wait. */
  prepare?(shape: readonly number[], dtype: DType): boolean;
  get_config(): Config;
}

/** Gives the penalty of a weight or an output. */
export interface Regularizer {
  /** The penalty, as a scalar. */
  call(x: Tensor): Tensor;
  get_config(): Config;
}

/** Projects a weight after each step of an optimizer. */
export interface Constraint {
  /** The projected weight. */
  call(w: Tensor): Tensor;
  get_config(): Config;
}
