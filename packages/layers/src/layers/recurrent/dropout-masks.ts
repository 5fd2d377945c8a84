import * as tf from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../random/random-generator.ts';

/** Keeps the dropout masks of a cell, which stay the same over all steps of one pass. */
export class DropoutMasks {
  readonly #generator: RandomGenerator;
  readonly #masks: Map<string, readonly tf.Tensor[]> = new Map();
  #inPass = false;

  constructor(seed: number | null) {
    this.#generator = new RandomGenerator(seed);
  }

  /** Returns `count` masks in the shape of `like`; null if nothing is dropped. */
  get(kind: string, like: tf.Tensor, rate: number, count: number): readonly tf.Tensor[] | null {
    if (rate === 0) return null;
    const known = this.#masks.get(kind);
    if (known !== undefined && !known.some((mask) => mask.isDisposed)) return known;
    const ones = tf.onesLike(like);
    const made = Array.from({ length: count }, () => this.#generator.dropout(ones, rate));
    // The steps of a pass have scopes of their own, which the masks have to outlive.
    if (this.#inPass) for (const mask of made) tf.keep(mask);
    this.#masks.set(kind, made);
    return made;
  }

  /** Forgets the masks; those made from now on stay until they are forgotten, if a pass begins. */
  clear(begins: boolean): void {
    if (this.#inPass) for (const mask of [...this.#masks.values()].flat()) mask.dispose();
    this.#masks.clear();
    this.#inPass = begins;
  }
}
