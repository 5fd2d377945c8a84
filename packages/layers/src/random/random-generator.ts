import { isTracing, reservedSteps, whenRunEnds } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { advanceStream, graphSeeds, operationSeeds } from './global-seed.ts';

/**
 * Draws random tensors for a layer. Equals Keras's `RandomGenerator` of the kind `legacy_stateful`: with a seed, each
 * draw uses the next integer as the seed of its operation.
 *
 * The same seed gives the same sequence on every backend, and the numbers that TensorFlow draws eagerly.
 */
export class RandomGenerator {
  #seed: number | null;

  /** @param seed An integer, or null for draws that `set_random_seed` rules. */
  constructor(seed: number | null) {
    this.#seed = seed;
  }

  /** Draws uniformly from [low, high). */
  uniform(shape: readonly number[], low: number = 0, high: number = 1): tf.Tensor {
    return affine(this.#draw('RandomUniform', shape), high - low, low);
  }

  /** Draws from a normal distribution. */
  normal(shape: readonly number[], mean: number = 0, stddev: number = 1): tf.Tensor {
    return affine(this.#draw('RandomStandardNormal', shape), stddev, mean);
  }

  /** Draws from a normal distribution cut at two standard deviations. */
  truncatedNormal(shape: readonly number[], mean: number = 0, stddev: number = 1): tf.Tensor {
    return affine(this.#draw('TruncatedNormal', shape), stddev, mean);
  }

  /** Draws int32 numbers in [low, high). */
  integers(shape: readonly number[], low: number, high: number): tf.Tensor {
    return this.#draw('RandomUniformInt', shape, { minval: low, maxval: high });
  }

  /** Draws one with the given probability and zero otherwise, as float32. */
  bernoulli(shape: readonly number[], probability: number): tf.Tensor {
    return tf.cast(tf.less(this.uniform(shape), probability), 'float32');
  }

  /**
   * Sets a part of the elements to zero and scales the rest up, so that the expected sum stays. Equals `tf.nn.dropout`.
   *
   * @param noiseShape Shape of the mask, which broadcasts to `x`; default the shape of `x`.
   */
  dropout(x: tf.Tensor, rate: number, noiseShape?: readonly number[] | null): tf.Tensor {
    if (rate >= 1) return tf.zerosLike(x);
    const draws = this.uniform(noiseShape ?? x.shape);
    const kept = tf.cast(tf.greaterEqual(draws, rate), 'float32');
    return tf.mul(tf.mul(x, 1 / (1 - rate)), kept);
  }

  #draw(kernelName: string, shape: readonly number[], bounds: tf.NamedAttrMap = {}): tf.Tensor {
    if (isTracing()) {
      const [seed, seed2] = graphSeeds(this.#tracedSeed());
      const attrs = { shape: [...shape], seed, seed2, skip: 0, ...bounds };
      return tf.engine().runKernel(kernelName, {}, attrs);
    }
    const seeds = operationSeeds(this.#nextSeed());
    const steps = reservedSteps(tf.util.sizeFromShape([...shape]));
    const [seed, seed2] = seeds;
    const skip = advanceStream(kernelName, seeds, steps);
    return tf
      .engine()
      .runKernel(kernelName, {}, { shape: [...shape], seed, seed2, skip, ...bounds });
  }

  /** A graph is written as if it were the next to run; when it is written, the sequence goes on where it stood. */
  #tracedSeed(): number | null {
    const before = this.#seed;
    whenRunEnds(() => {
      this.#seed = before;
    });
    return this.#nextSeed();
  }

  #nextSeed(): number | null {
    if (this.#seed === null) return null;
    this.#seed += 1;
    return this.#seed - 1;
  }
}

function affine(numbers: tf.Tensor, factor: number, offset: number): tf.Tensor {
  const scaled = factor === 1 ? numbers : tf.mul(numbers, factor);
  return offset === 0 ? scaled : tf.add(scaled, offset);
}
