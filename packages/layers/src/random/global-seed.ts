import { PythonRandom } from './python-random.ts';

/** What TensorFlow takes for the global seed when only an operation has one. */
const DEFAULT_GLOBAL_SEED = 87654321;
const LARGEST_OPERATION_SEED = 2 ** 31 - 1;
const LARGEST_INITIALIZER_SEED = 1e9;

interface Seeded {
  readonly seed: number;
  readonly operations: PythonRandom;
  readonly initializers: PythonRandom;
}

const state: { seeded: Seeded | null; streams: Map<string, number> } = {
  seeded: null,
  streams: new Map(),
};

/**
 * Makes everything random that follows reproducible: initializers, dropout and other random layers, shuffling. Equals
 * `keras.utils.set_random_seed`.
 *
 * @param seed An integer from 0 to 2^32 − 1; null goes back to unpredictable numbers.
 */
export function set_random_seed(seed: number | null): void {
  if (seed !== null && !(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`The seed must be an integer from 0 to 2^32 - 1, not ${seed}.`);
  }
  state.streams.clear();
  state.seeded =
    seed === null
      ? null
      : {
          seed,
          operations: new PythonRandom(seed),
          initializers: new PythonRandom(seed),
        };
}

/** Draws the seed of an initializer that was given none, as Keras does: an integer from 1 to 10^9. */
export function newInitializerSeed(): number {
  return (
    state.seeded?.initializers.randint(1, LARGEST_INITIALIZER_SEED) ??
    1 + Math.floor(Math.random() * LARGEST_INITIALIZER_SEED)
  );
}

/**
 * Returns the attributes `seed` and `seed2` of a stateful random operation, as TensorFlow's `get_seed` does when it
 * runs eagerly.
 *
 * @param seed The operation's own seed, or null.
 */
export function operationSeeds(seed: number | null): [number, number] {
  if (seed === null) {
    const { seeded } = state;
    if (seeded !== null) {
      return [seeded.seed, seeded.operations.randint(0, LARGEST_OPERATION_SEED)];
    }
    return [unpredictableWord(), unpredictableWord()];
  }
  const pair: [number, number] = [state.seeded?.seed ?? DEFAULT_GLOBAL_SEED, seed];
  // Two zeros would ask the kernel for an unpredictable seed.
  return pair[0] === 0 && pair[1] === 0 ? [0, LARGEST_OPERATION_SEED] : pair;
}

/**
 * Returns the attributes `seed` and `seed2` of a random operation of a graph. Without a seed both are zero, which asks
 * TensorFlow for unpredictable numbers.
 */
export function graphSeeds(seed: number | null): [number, number] {
  return seed === null ? [0, 0] : operationSeeds(seed);
}

/**
 * Returns where the stream of an operation stands and moves it forward. Operations with the same name and seeds share
 * a stream, as TensorFlow's cached kernels do.
 */
export function advanceStream(
  kernelName: string,
  [seed, seed2]: readonly [number, number],
  steps: number,
): number {
  const key = `${kernelName}:${seed}:${seed2}`;
  const skip = state.streams.get(key) ?? 0;
  state.streams.set(key, skip + steps);
  return skip;
}

function unpredictableWord(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
