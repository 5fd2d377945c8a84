import { tidy } from '@tensorflow/tfjs-core';
import type { Variable } from '../engine/variable.ts';

/** Projects variables that have a constraint onto what it allows. */
export function applyConstraints(variables: readonly Variable[]): void {
  for (const variable of variables) {
    const { constraint } = variable;
    if (constraint === null) continue;
    tidy(() => {
      variable.assign(constraint.call(variable.read()));
    });
  }
}
