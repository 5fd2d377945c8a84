import type { Variable } from '../engine/variable.ts';

/** Moves an average towards the value of a variable. */
export function averageInto(average: Variable, variable: Variable, momentum: number): void {
  const a = average.values();
  const x = variable.values();
  for (let i = 0; i < a.length; i += 1) {
    a[i] = momentum * (a[i] as number) + (1 - momentum) * (x[i] as number);
  }
  average.assign_values(a);
}
