import {
  draw,
  drawIntegers,
  isMetaBackend,
  Philox,
  type PhiloxStart,
  reservedSteps,
  startOfSeedWords,
} from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { newInitializerSeed } from '../../random/global-seed.ts';
import { fromHost } from './host-values.ts';

const WORD = 32n;
const KEY_AT = 128n;

/**
 * Draws random numbers for one layer. Equals `tf.random.Generator.from_seed`: the seed is the start of a counter, so
 * that two layers with the same seed draw the same, and no other layer has an influence.
 */
export class CounterGenerator {
  #counter: bigint;
  readonly #key: bigint;

  /** @param seed An integer; null for one that `set_random_seed` rules. */
  constructor(seed: number | null) {
    const start = BigInt(seed ?? newInitializerSeed());
    this.#counter = BigInt.asUintN(Number(KEY_AT), start);
    this.#key = BigInt.asUintN(64, start >> KEY_AT);
  }

  /** Draws a tensor uniformly from [low, high). */
  uniform(shape: readonly number[], low: number = 0, high: number = 1): tf.Tensor {
    const size = shape.reduce((a, b) => a * b, 1);
    return fromHost(shape, 'float32', () => [...this.numbers(size, low, high)]);
  }

  /** Draws numbers uniformly from [low, high). */
  numbers(size: number, low: number, high: number): Float32Array {
    const numbers = new Float32Array(size);
    // While shapes are inferred nothing is drawn, so that it has no influence on later draws.
    if (isMetaBackend()) return numbers;
    draw('uniform', numbers, this.#take(size));
    return scaled(numbers, low, high);
  }

  /** Draws integers from [low, high). */
  integers(size: number, low: number, high: number): Int32Array {
    const numbers = new Int32Array(size);
    if (!isMetaBackend()) drawIntegers(numbers, this.#take(size), low, high);
    return numbers;
  }

  /** Draws a seed, and with it numbers uniformly from [low, high), as TensorFlow's image functions do. */
  seededNumbers(size: number, low: number = 0, high: number = 1): Float32Array {
    const numbers = new Float32Array(size);
    if (isMetaBackend()) return numbers;
    const philox = new Philox(this.#take(1));
    philox.next();
    const [low32 = 0, high32 = 0] = philox.block;
    draw('uniform', numbers, startOfSeedWords([low32, high32, 0, 0]));
    return scaled(numbers, low, high);
  }

  /** Reserves the part of the stream for `size` numbers. */
  #take(size: number): PhiloxStart {
    const start: PhiloxStart = {
      key: [word(this.#key, 0), word(this.#key, 1)],
      counter: [
        word(this.#counter, 0),
        word(this.#counter, 1),
        word(this.#counter, 2),
        word(this.#counter, 3),
      ],
    };
    this.#counter = BigInt.asUintN(Number(KEY_AT), this.#counter + BigInt(reservedSteps(size)));
    return start;
  }
}

function word(value: bigint, index: number): number {
  return Number(BigInt.asUintN(Number(WORD), value >> (WORD * BigInt(index))));
}

function scaled(numbers: Float32Array, low: number, high: number): Float32Array {
  const range = Math.fround(Math.fround(high) - Math.fround(low));
  return numbers.map((x) => Math.fround(x * range) + low);
}
