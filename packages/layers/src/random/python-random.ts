const WORDS = 624;
const SHIFT = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const TWIST = 0x9908b0df;
const DEFAULT_SEED = 19650218;

/**
 * Python's `random.Random`: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998) with the seeding and the
 * `randint` of CPython 3. TensorFlow and Keras derive the seeds of single operations from it.
 */
export class PythonRandom {
  readonly #state: Uint32Array = new Uint32Array(WORDS);
  #position: number = WORDS;

  /** @param seed An integer; like Python, its absolute value counts. */
  constructor(seed: number) {
    const magnitude = Math.abs(seed);
    const high = Math.floor(magnitude / 2 ** 32);
    this.#seedByWords(high > 0 ? [magnitude >>> 0, high >>> 0] : [magnitude >>> 0]);
  }

  /** Draws an integer in [low, high], both below 2^32 apart. */
  randint(low: number, high: number): number {
    const count = high - low + 1;
    const shift = Math.clz32(count > LOWER + UPPER ? 0 : count);
    let drawn = this.#word() >>> shift;
    while (drawn >= count) drawn = this.#word() >>> shift;
    return low + drawn;
  }

  #seedByWords(words: readonly number[]): void {
    const state = this.#state;
    state[0] = DEFAULT_SEED;
    for (let i = 1; i < WORDS; i++) state[i] = mixed(state[i - 1] ?? 0, 1812433253) + i;
    let i = 1;
    for (let k = 0; k < WORDS; k++) {
      const j = k % words.length;
      state[i] = ((state[i] ?? 0) ^ mixed(state[i - 1] ?? 0, 1664525)) + (words[j] ?? 0) + j;
      i = this.#following(i);
    }
    for (let k = 0; k < WORDS - 1; k++) {
      state[i] = ((state[i] ?? 0) ^ mixed(state[i - 1] ?? 0, 1566083941)) - i;
      i = this.#following(i);
    }
    state[0] = UPPER;
  }

  /** Goes to the next word; behind the last one the first takes the last one's value. */
  #following(i: number): number {
    if (i + 1 < WORDS) return i + 1;
    this.#state[0] = this.#state[WORDS - 1] ?? 0;
    return 1;
  }

  #word(): number {
    if (this.#position >= WORDS) this.#refill();
    let word = this.#state[this.#position++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < WORDS; i++) {
      const joined = ((state[i] ?? 0) & UPPER) | ((state[(i + 1) % WORDS] ?? 0) & LOWER);
      const twist = (joined & 1) === 1 ? TWIST : 0;
      state[i] = (state[(i + SHIFT) % WORDS] ?? 0) ^ (joined >>> 1) ^ twist;
    }
    this.#position = 0;
  }
}

function mixed(word: number, multiplier: number): number {
  return Math.imul(word ^ (word >>> 30), multiplier);
}
