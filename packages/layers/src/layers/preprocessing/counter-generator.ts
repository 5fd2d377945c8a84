import { UnsupportedError } from '@km/core';
import {
  draw,
  drawIntegers,
  isMetaBackend,
  isTracing,
  Philox,
  type PhiloxStart,
  reservedSteps,
  startOfSeedWords,
  whenRunEnds,
} from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { graphSeeds, newInitializerSeed } from '../../random/global-seed.ts';
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
  readonly #seed: number | null;
  /** Draws of the run of a function that is being traced. */
  #traced = 0;

  /** @param seed An integer; null for one that `set_random_seed` rules. */
  constructor(seed: number | null) {
    this.#seed = seed;
    const start = BigInt(seed ?? newInitializerSeed());
    this.#counter = BigInt.asUintN(Number(KEY_AT), start);
    this.#key = BigInt.asUintN(64, start >> KEY_AT);
  }

  /** Draws a tensor uniformly from [low, high). */
  uniform(shape: readonly number[], low: number = 0, high: number = 1): tf.Tensor {
    if (isTracing()) {
      const drawn = this.#draw('RandomUniform', shape, {});
      const scaled = high - low === 1 ? drawn : tf.mul(drawn, high - low);
      return low === 0 ? scaled : tf.add(scaled, low);
    }
    const size = shape.reduce((a, b) => a * b, 1);
    return fromHost(shape, 'float32', () => [...this.numbers(size, low, high)]);
  }

  /** Draws whole numbers in [low, high) in the function that is being traced. */
  traced_integers(size: number, low: number, high: number): tf.Tensor {
    return this.#draw('RandomUniformInt', [size], { minval: low, maxval: high });
  }

  /** Writes a draw into the function that is being traced; each has a seed of its own if the layer has one. */
  #draw(kernelName: string, shape: readonly number[], bounds: tf.NamedAttrMap): tf.Tensor {
    if (this.#traced === 0) {
      whenRunEnds(() => {
        this.#traced = 0;
      });
    }
    const [seed, seed2] = graphSeeds(this.#seed === null ? null : this.#seed + this.#traced);
    this.#traced += 1;
    const attrs = { shape: [...shape], seed, seed2, skip: 0, ...bounds };
    return tf.engine().runKernel(kernelName, {}, attrs);
  }

  /** Draws numbers uniformly from [low, high). */
  numbers(size: number, low: number, high: number): Float32Array {
    const numbers = new Float32Array(size);
    // While shapes are inferred nothing is drawn, so that it has no influence on later draws.
    this.#requireNumbers();
    if (isMetaBackend()) return numbers;
    draw('uniform', numbers, this.#take(size));
    return scaled(numbers, low, high);
  }

  /** Draws integers from [low, high). */
  integers(size: number, low: number, high: number): Int32Array {
    const numbers = new Int32Array(size);
    this.#requireNumbers();
    if (!isMetaBackend()) drawIntegers(numbers, this.#take(size), low, high);
    return numbers;
  }

  /** Draws a seed, and with it numbers uniformly from [low, high), as TensorFlow's image functions do. */
  seededNumbers(size: number, low: number = 0, high: number = 1): Float32Array {
    const numbers = new Float32Array(size);
    this.#requireNumbers();
    if (isMetaBackend()) return numbers;
    const philox = new Philox(this.#take(1));
    philox.next();
    const [low32 = 0, high32 = 0] = philox.block;
    draw('uniform', numbers, startOfSeedWords([low32, high32, 0, 0]));
    return scaled(numbers, low, high);
  }

  /** @throws UnsupportedError while a function is traced, in which numbers would be the same at every call. */
  #requireNumbers(): void {
    if (!isTracing()) return;
    throw new UnsupportedError(
      'Random numbers are drawn outside of tensors while a function is traced.',
    );
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
