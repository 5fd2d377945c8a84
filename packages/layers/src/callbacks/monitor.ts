import type { Logs } from '../training/types.ts';

/** Whether smaller or larger values are better; `auto` goes by the name. */
export type MonitorMode = 'auto' | 'min' | 'max';

/** Compares values of a result that is watched. */
export interface Monitor {
  readonly name: string;
  /** What every value is better than. */
  readonly worst: number;
  /** True when `value` is better than `other` by more than `min_delta`. */
  isBetter(value: number, other: number, min_delta?: number): boolean;
  /** The value in the results; undefined, after a warning, when it is not there. */
  valueOf(logs: Logs): number | undefined;
}

/** Makes a monitor; `isMax` says by the name alone whether larger is better. */
export function monitorOf(
  name: string,
  mode: MonitorMode,
  isMax: (name: string) => boolean,
): Monitor {
  const max = mode === 'max' || (mode === 'auto' && isMax(name));
  const sign = max ? 1 : -1;
  return {
    name,
    worst: max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    isBetter: (value, other, min_delta = 0) => sign * value - min_delta > sign * other,
    valueOf(logs) {
      const value = Object.hasOwn(logs, name) ? logs[name] : undefined;
      if (typeof value === 'number') return value;
      console.warn(
        `A callback watches \`${name}\`, which is not available. Available are: ${Object.keys(logs).join(', ')}.`,
      );
      return undefined;
    },
  };
}
