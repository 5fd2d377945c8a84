import * as tf from '@tensorflow/tfjs-core';
import { OwnDTypeLayer } from './own-dtype-layer.ts';

/** Numbers or texts nested as deep as the rank of a tensor. */
export type NestedValues = number | boolean | string | readonly NestedValues[];

/** Data that a layer can learn its state from: a tensor, nested values, or batches of these. */
export type AdaptData = tf.Tensor | NestedValues | Iterable<tf.Tensor | NestedValues>;

/** Base of the layers that learn a state from data before a model is trained. */
export abstract class PreprocessingLayer extends OwnDTypeLayer {
  #adapted: boolean = false;

  /** True once `adapt` has run. */
  get is_adapted(): boolean {
    return this.#adapted;
  }

  /** Takes a batch into the state. */
  abstract update_state(data: tf.Tensor): void;

  /** Forgets the data seen so far. */
  abstract reset_state(): void;

  /** Prepares the state for calls. */
  finalize_state(): void {}

  /** Learns the state from data, in batches of `batch_size`, at most `steps` of them. */
  adapt(data: AdaptData, batch_size: number = 32, steps: number | null = null): void {
    if (this.built) this.reset_state();
    let count = 0;
    for (const batch of batchesOf(data, batch_size)) {
      tf.tidy(() => {
        const x = batch();
        if (!this.built) {
          this.build(x.shape);
          this.built = true;
        }
        this.update_state(x);
      });
      count += 1;
      if (count === steps) break;
    }
    this.finalize_state();
    this.#adapted = true;
  }
}

/** Cuts data into batches, each made when it is needed. */
function* batchesOf(data: AdaptData, size: number): Generator<() => tf.Tensor> {
  if (data instanceof tf.Tensor) {
    if (data.rank === 0) return yield () => data;
    const count = data.shape[0] ?? 0;
    for (let start = 0; start < count; start += size) {
      const length = Math.min(size, count - start);
      yield () => sliceRows(data, start, length);
    }
    return;
  }
  if (Array.isArray(data)) {
    for (let start = 0; start < data.length; start += size) {
      yield () => toTensor(data.slice(start, start + size) as NestedValues);
    }
    return;
  }
  if (typeof data !== 'object') return yield () => toTensor(data);
  for (const batch of data as Iterable<tf.Tensor | NestedValues>) {
    yield () => (batch instanceof tf.Tensor ? batch : toTensor(batch));
  }
}

function sliceRows(x: tf.Tensor, start: number, length: number): tf.Tensor {
  return tf.slice(x, [start, ...x.shape.slice(1).map(() => 0)], [length, ...x.shape.slice(1)]);
}

/** Makes a tensor of nested numbers or texts. */
export function toTensor(values: NestedValues): tf.Tensor {
  return tf.tensor(values as number[]);
}
