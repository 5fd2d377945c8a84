import { Philox, type PhiloxStart, WORDS_PER_BLOCK } from './philox.ts';

const TRUNCATE_AT = 2;
/** TensorFlow reserves this many samples per number of a distribution that rejects some. */
const RESERVED_SAMPLES = 256;
const SMALLEST = Math.fround(1e-7);
const MANTISSA = 0x7fffff;

/** Kinds of draws that TensorFlow's random kernels make. */
export type Distribution = 'uniform' | 'normal' | 'truncated_normal';

/** Where a draw starts; `skip` steps of the generator are left out. */
export interface DrawStart extends PhiloxStart {
  readonly skip?: number;
}

/**
 * Fills an array with the numbers that TensorFlow's kernels draw on CPU: uniform in [0, 1), standard normal, or standard
 * normal cut at two standard deviations.
 */
export function draw(distribution: Distribution, target: Float32Array, start: DrawStart): void {
  FILLERS[distribution](target, start);
}

const FILLERS: Readonly<Record<Distribution, (target: Float32Array, start: DrawStart) => void>> = {
  uniform: drawUniform,
  normal: drawNormal,
  truncated_normal: drawTruncatedNormal,
};

/** Fills an array with integers in [low, high), as TensorFlow's `RandomUniformInt` maps words to them. */
export function drawIntegers(
  target: Int32Array,
  start: DrawStart,
  low: number,
  high: number,
): void {
  const range = high - low;
  const philox = generatorAt(start);
  for (let i = 0; i < target.length; i += WORDS_PER_BLOCK) {
    philox.next();
    for (let j = 0; j < WORDS_PER_BLOCK && i + j < target.length; j++) {
      target[i + j] = low + ((philox.block[j] ?? 0) % range);
    }
  }
}

/** Steps of the generator that a stateful kernel reserves for one call with `size` numbers. */
export function reservedSteps(size: number): number {
  return size * RESERVED_SAMPLES;
}

function generatorAt(start: DrawStart): Philox {
  const philox = new Philox(start);
  philox.skip(start.skip ?? 0);
  return philox;
}

/** Makes the lower 23 bits of a word the mantissa of a float in [1, 2) and subtracts one. */
function unitFloat(word: number): number {
  return (word & MANTISSA) / (MANTISSA + 1);
}

function drawUniform(target: Float32Array, start: DrawStart): void {
  const philox = generatorAt(start);
  const { block } = philox;
  for (let i = 0; i < target.length; i += WORDS_PER_BLOCK) {
    philox.next();
    for (let j = 0; j < WORDS_PER_BLOCK && i + j < target.length; j++) {
      target[i + j] = unitFloat(block[j] ?? 0);
    }
  }
}

/** Turns two words into two independent normal numbers (Box and Muller, 1958), rounding as float32 code does. */
function boxMuller(word0: number, word1: number, pair: Float32Array): void {
  const u = Math.max(unitFloat(word0), SMALLEST);
  const angle = Math.fround(2 * Math.PI * unitFloat(word1));
  const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(u)))));
  pair[0] = Math.fround(Math.sin(angle)) * radius;
  pair[1] = Math.fround(Math.cos(angle)) * radius;
}

function drawNormal(target: Float32Array, start: DrawStart): void {
  const philox = generatorAt(start);
  const { block } = philox;
  const pair = new Float32Array(2);
  for (let i = 0; i < target.length; i += WORDS_PER_BLOCK) {
    philox.next();
    for (let j = 0; j < WORDS_PER_BLOCK; j += 2) {
      boxMuller(block[j] ?? 0, block[j + 1] ?? 0, pair);
      // Writing behind the end of a typed array does nothing.
      target[i + j] = pair[0] ?? 0;
      target[i + j + 1] = pair[1] ?? 0;
    }
  }
}

/** Each group of four numbers has a region of the stream of its own, in which it rejects what is too large. */
function drawTruncatedNormal(target: Float32Array, start: DrawStart): void {
  const accepted = new Float32Array(WORDS_PER_BLOCK + 1);
  const pair = new Float32Array(2);
  const philox = new Philox(start);
  for (let group = 0; group * WORDS_PER_BLOCK < target.length; group++) {
    philox.seek((start.skip ?? 0) + group * RESERVED_SAMPLES);
    fillAccepted(philox, accepted, pair);
    const first = group * WORDS_PER_BLOCK;
    const count = Math.min(WORDS_PER_BLOCK, target.length - first);
    target.set(accepted.subarray(0, count), first);
  }
}

function fillAccepted(philox: Philox, accepted: Float32Array, pair: Float32Array): void {
  let count = 0;
  while (count < WORDS_PER_BLOCK) {
    philox.next();
    for (let j = 0; j < WORDS_PER_BLOCK && count < WORDS_PER_BLOCK; j += 2) {
      boxMuller(philox.block[j] ?? 0, philox.block[j + 1] ?? 0, pair);
      const first = pair[0] ?? 0;
      const second = pair[1] ?? 0;
      if (Math.abs(first) < TRUNCATE_AT) accepted[count++] = first;
      if (Math.abs(second) < TRUNCATE_AT) accepted[count++] = second;
    }
  }
}
