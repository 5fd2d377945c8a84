import { Philox, startOfOperation, WORDS_PER_BLOCK } from '@km/graph';
import { operationSeeds } from './global-seed.ts';

/**
 * Returns the integers from 0 below `count` in random order. Equals `tf.random.shuffle(tf.range(count))`, run eagerly.
 *
 * @param seed Seed of this operation, or null for an order that `set_random_seed` rules.
 */
export function shuffledIndices(count: number, seed: number | null = null): Int32Array {
  const indices = Int32Array.from({ length: count }, (_, i) => i);
  const philox = new Philox(startOfOperation(...operationSeeds(seed)));
  for (let i = 0; i < count - 1; i++) {
    if (i % WORDS_PER_BLOCK === 0) philox.next();
    const other = i + ((philox.block[i % WORDS_PER_BLOCK] ?? 0) % (count - i));
    const swapped = indices[i] ?? 0;
    indices[i] = indices[other] ?? 0;
    indices[other] = swapped;
  }
  return indices;
}
