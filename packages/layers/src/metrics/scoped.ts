import { tidy } from '@tensorflow/tfjs-core';

/** Runs a function and frees the tensors it made; its result, which is no tensor, is not searched for some. */
export function scoped<T>(run: () => T): T {
  const results: T[] = [];
  tidy(() => {
    results.push(run());
  });
  return results[0] as T;
}
