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

  /** Number of axes along which rows have different lengths; of a ragged tensor those up to its last open axis. */
  get ragged_rank(): number {
    return this.ragged ? Math.max(1, this.shape.lastIndexOf(null)) : 0;
  }

  /** The same tensor in another shape, dtype or name; it was made by no layer and has no mask. */
  with(changes: Partial<KerasTensorOptions>): KerasTensor {
    const { shape, dtype, name, sparse, ragged } = this;
    return new KerasTensor({ shape, dtype, name, sparse, ragged, ...changes });
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
