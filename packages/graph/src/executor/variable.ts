import { MalformedError } from '@km/core';
import type { PartialShape } from '@km/core/tensor-proto';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphDType } from './dtype.ts';
import { HostTensor } from './host-tensor.ts';
import { Resource, shapeOf, type Value } from './values.ts';

/** What a graph does with a variable; whoever holds the values implements it. */
export interface VariableState {
  readonly name: string;
  readonly dtype: GraphDType;
  /** Shape that every value must fit; null while any will do. */
  readonly shape: PartialShape;
  isInitialized(): boolean;
  /** The value, which stays the variable's and stays valid until the running call ends. */
  read(): Value;
  /** Sets the value to one that stays the caller's. */
  assign(value: Value): void;
}

/** A variable as graphs pass it around. */
export class VariableResource extends Resource {
  override readonly kind = 'variable';
  readonly state: VariableState;

  constructor(state: VariableState) {
    super();
    this.state = state;
  }
}

/** A variable of a graph that nobody outside of it holds. */
export class GraphVariable implements VariableState {
  readonly name: string;
  readonly dtype: GraphDType;
  readonly shape: PartialShape;
  #value: Value | undefined;

  constructor(name: string, dtype: GraphDType, shape: PartialShape) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape;
  }

  isInitialized(): boolean {
    return this.#value !== undefined;
  }

  /** @throws MalformedError before the first assignment. */
  read(): Value {
    if (this.#value !== undefined) return this.#value;
    throw new MalformedError(
      `The variable '${this.name}' is read before it has a value; run the initializers or restore it.`,
    );
  }

  assign(value: Value): void {
    requireFit(this, value);
    const kept = keptCopy(value);
    this.#retire();
    this.#value = kept;
  }

  /** Frees the value. */
  dispose(): void {
    this.#retire();
    this.#value = undefined;
  }

  /** Leaves the old value to the running scope, because it may have been read there. */
  #retire(): void {
    const old = this.#value;
    if (!(old instanceof tf.Tensor)) return;
    const scope = tf.engine().state.activeScope;
    if (scope === undefined || scope === null) old.dispose();
    else {
      old.kept = false;
      scope.track.push(old);
    }
  }
}

function keptCopy(value: Value): Value {
  if (value instanceof tf.Tensor) return tf.keep(tf.clone(value));
  return value instanceof HostTensor ? new HostTensor(value.dtype, value.shape, value.data) : value;
}

/** @throws MalformedError when a value does not fit into a variable. */
export function requireFit({ name, shape }: VariableState, value: Value): void {
  if (shape === null) return;
  const given = shapeOf(value);
  const fits =
    given.length === shape.length && shape.every((size, i) => size === null || size === given[i]);
  if (fits) return;
  throw new MalformedError(
    `A value of shape [${given.join(', ')}] is assigned to the variable '${name}' of shape [${shape.join(', ')}].`,
  );
}
