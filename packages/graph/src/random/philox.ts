/** Number of 32-bit words that one step of the generator gives. */
export const WORDS_PER_BLOCK = 4;

const MULTIPLIER_A = 0xd2511f53;
const MULTIPLIER_B = 0xcd9e8d57;
const WEYL_A = 0x9e3779b9;
const WEYL_B = 0xbb67ae85;
const ROUNDS = 10;

// A name of its own: looking up a global in the innermost loop is slow in sandboxed contexts.
const { imul } = Math;

/** Start of a sequence: a key of two and a counter of four 32-bit words, lowest first. */
export interface PhiloxStart {
  readonly key: readonly [number, number];
  readonly counter: readonly [number, number, number, number];
}

/**
 * The counter-based generator Philox-4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011), as
 * TensorFlow's `PhiloxRandom` steps it.
 */
export class Philox {
  /** The four words of the last step. */
  readonly block: Uint32Array = new Uint32Array(WORDS_PER_BLOCK);
  readonly #key: readonly [number, number];
  readonly #start: readonly number[];
  readonly #counter: Uint32Array;

  constructor({ key, counter }: PhiloxStart) {
    this.#key = key;
    this.#start = counter;
    this.#counter = Uint32Array.from(counter);
  }

  /** Goes to the step that is `steps` behind the start. */
  seek(steps: number): void {
    this.#counter.set(this.#start);
    this.skip(steps);
  }

  /** Goes forward by a number of steps, an integer below 2^53. */
  skip(steps: number): void {
    const low = (this.#counter[0] ?? 0) + (steps >>> 0);
    this.#counter[0] = low;
    if (steps < 2 ** 32 && low < 2 ** 32) return;
    let carry = Math.floor(steps / 2 ** 32) + (low >= 2 ** 32 ? 1 : 0);
    for (let word = 1; carry > 0 && word < WORDS_PER_BLOCK; word++) {
      const sum = (this.#counter[word] ?? 0) + carry;
      this.#counter[word] = sum;
      carry = Math.floor(sum / 2 ** 32);
    }
  }

  /** Fills `block` with the words of the current step and goes to the next one. */
  next(): void {
    const counter = this.#counter;
    let key0 = this.#key[0];
    let key1 = this.#key[1];
    let a = counter[0] ?? 0;
    let b = counter[1] ?? 0;
    let c = counter[2] ?? 0;
    let d = counter[3] ?? 0;
    for (let round = 0; round < ROUNDS; round++) {
      const highA = highProduct(MULTIPLIER_A, a);
      const highB = highProduct(MULTIPLIER_B, c);
      const lowA = imul(MULTIPLIER_A, a);
      const lowB = imul(MULTIPLIER_B, c);
      a = highB ^ b ^ key0;
      b = lowB;
      c = highA ^ d ^ key1;
      d = lowA;
      key0 = (key0 + WEYL_A) | 0;
      key1 = (key1 + WEYL_B) | 0;
    }
    this.block[0] = a;
    this.block[1] = b;
    this.block[2] = c;
    this.block[3] = d;
    this.skip(1);
  }
}

/** Returns the upper 32 bits of the product of two unsigned words, by schoolbook multiplication of their halves. */
function highProduct(x: number, y: number): number {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const yLow = y & 0xffff;
  const yHigh = y >>> 16;
  const middle = imul(xHigh, yLow) + (imul(xLow, yLow) >>> 16);
  const cross = imul(xLow, yHigh) + (middle & 0xffff);
  return (imul(xHigh, yHigh) + (middle >>> 16) + (cross >>> 16)) | 0;
}

/** Returns the start for a stateless draw with a pair of seeds, as TensorFlow's `GenerateKey` scrambles them. */
export function startOfSeeds([seed0, seed1]: readonly [number, number]): PhiloxStart {
  return startOfSeedWords([...wordsOf(seed0), ...wordsOf(seed1)]);
}

/** Returns the start for a stateless draw with a pair of seeds that is given by its words. */
export function startOfSeedWords(words: PhiloxStart['counter']): PhiloxStart {
  const scrambler = new Philox({ key: [0x3ec8f720, 0x02461e29], counter: words });
  scrambler.next();
  const [key0 = 0, key1 = 0, counter2 = 0, counter3 = 0] = scrambler.block;
  return { key: [key0, key1], counter: [0, 0, counter2, counter3] };
}

/** Returns the start of the stream of a stateful operation with the attributes `seed` and `seed2`. */
export function startOfOperation(seed: number, seed2: number): PhiloxStart {
  return { key: wordsOf(seed), counter: [0, 0, ...wordsOf(seed2)] };
}

/** Splits a 64-bit two's complement integer, given as a number, into its words. */
function wordsOf(value: number): [number, number] {
  return [value >>> 0, Math.floor(value / 2 ** 32) >>> 0];
}
