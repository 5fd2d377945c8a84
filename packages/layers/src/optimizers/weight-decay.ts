import type { Variable } from '../engine/variable.ts';

/** Variables that the weight decay leaves alone. */
export interface DecayExemptions {
  readonly var_list?: readonly Variable[];
  /** Regular expressions of names. */
  readonly var_names?: readonly string[];
}

/** Takes the part `amount` away from variables that are not exempt. */
export function decayWeights(
  variables: readonly Variable[],
  amount: number,
  exempt: DecayExemptions,
): void {
  if (amount === 0) return;
  const names = (exempt.var_names ?? []).map((name) => new RegExp(name));
  for (const variable of variables) {
    if (exempt.var_list?.includes(variable) === true) continue;
    if (names.some((name) => name.test(variable.name))) continue;
    const values = variable.values();
    for (let i = 0; i < values.length; i += 1) {
      values[i] = (values[i] as number) - (values[i] as number) * amount;
    }
    variable.assign_values(values);
  }
}
