import type { DType } from '@km/core';
import type { Nested, Shape } from './types.ts';

/** Where a symbolic tensor comes from: the call of a layer and the output's place in it. */
export interface KerasHistory<Layer = unknown> {
  readonly layer: Layer;
  readonly node_index: number;
  readonly tensor_index: number;
}

/** What a symbolic tensor is. */
export interface KerasTensorOptions {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  readonly sparse?: boolean;
  readonly ragged?: boolean;
}

/** A tensor without values that the functional API passes between layers. */
export class KerasTensor {
  readonly shape: Shape;
  /** Keras's dtype, such as float16 under mixed precision or int64. */
  readonly dtype: DType;
  readonly name: string;
  readonly sparse: boolean;
  readonly ragged: boolean;
  /** The mask that will travel with the tensor, or `null`. */
  mask: KerasTensor | null = null;
  #history: KerasHistory | null = null;

  constructor(options: KerasTensorOptions) {
    this.shape = options.shape;
    this.dtype = options.dtype;
    this.name = options.name;
    this.sparse = options.sparse ?? false;
    this.ragged = options.ragged ?? false;
  }

  /** The call that produced the tensor. */
  get _keras_history(): KerasHistory {
    if (this.#history === null) {
      throw new TypeError(`The symbolic tensor "${this.name}" was not made by a layer.`);
    }
    return this.#history;
  }

  set _keras_history(history: KerasHistory) {
    this.#history = history;
  }

  /** True when a layer produced the tensor; masks have no history. */
  get hasHistory(): boolean {
    return this.#history !== null;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** A symbolic tensor, or lists and dictionaries of symbolic tensors. */
export type Symbolic = Nested<KerasTensor>;

/** True for a symbolic tensor. */
export function is_keras_tensor(value: unknown): value is KerasTensor {
  return value instanceof KerasTensor;
}
