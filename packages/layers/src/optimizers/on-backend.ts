import { type OptimizerStep, optimizerStep } from '@km/graph';
import { dispose } from '@tensorflow/tfjs-core';
import type { Variable } from '../engine/variable.ts';
import type { FlatGradient } from './gradient.ts';

/** What a step updates, and the numbers it takes. */
export interface BackendStep {
  readonly variable: Variable;
  readonly slots: readonly Variable[];
  readonly numbers: readonly number[];
}

/**
 * Updates a variable and its slots where their tensors are, without a copy outside of the backend.
 * False when that cannot be: then nothing has happened.
 */
export function stepOnBackend(
  name: OptimizerStep,
  { tensor }: FlatGradient,
  { variable, slots, numbers }: BackendStep,
): boolean {
  const all = [variable, ...slots];
  if (tensor === null || all.some(({ dtype }) => dtype !== 'float32')) return false;
  const results = optimizerStep(name, [...all.map((one) => one.read()), tensor], numbers);
  if (results === null) return false;
  for (const [i, one] of all.entries()) one.assign(results[i] ?? tensor);
  dispose([...results]);
  return true;
}
