import { isMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { getPendingLosses, inCall, notePendingLoss } from './call-context.ts';

/** A loss that is computed when it is asked for. */
export type LossFunction = () => tf.Tensor | null;

/** The losses that one layer has added: values of the last call, and functions. */
export class LossStore {
  #values: tf.Tensor[] = [];
  readonly #functions: LossFunction[] = [];

  /** Adds a value of the running call, or a function. */
  add(loss: tf.Tensor | LossFunction): void {
    if (typeof loss === 'function') {
      this.#functions.push(loss);
      return;
    }
    // On the shape-only backend a layer is only outlined; its losses come with each real call.
    if (isMetaBackend()) return;
    const value = tf.clone(loss);
    this.#values.push(value);
    if (inCall()) notePendingLoss(value);
  }

  /** Forgets the values of the last call. */
  clear(): void {
    const pending = getPendingLosses();
    for (const value of this.#values) {
      if (!value.isDisposed && !pending.includes(value)) value.dispose();
    }
    this.#values = [];
  }

  /** Puts the values of the last call aside; the result puts them back in the place of newer ones. */
  putAside(): () => void {
    const values = this.#values;
    this.#values = [];
    return () => {
      this.clear();
      this.#values = values;
    };
  }

  /** Values of the last call. */
  get values(): tf.Tensor[] {
    return this.#values.filter((value) => !value.isDisposed);
  }

  /** The functions, in the order in which they were added. */
  get functions(): readonly LossFunction[] {
    return this.#functions;
  }

  /** Values of the last call, then what the functions give now. */
  collect(): tf.Tensor[] {
    return [...this.values, ...this.collectFunctions()];
  }

  /** What the functions give now. */
  collectFunctions(): tf.Tensor[] {
    return this.#functions.map((run) => run()).filter((value) => value !== null);
  }
}

/** Runs what may add losses, and leaves those of the last call in their stores. */
export function keepLosses<T>(stores: readonly LossStore[], run: () => T): T {
  const putBack = stores.map((store) => store.putAside());
  try {
    return run();
  } finally {
    for (const put of putBack) put();
  }
}
