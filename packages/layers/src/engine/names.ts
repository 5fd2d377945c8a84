/** Counters and names in use since the session began; `clear_session` empties both. */
const counters = new Map<string, number>();
const observed = new Set<string>();
const snakeCases = new Map<string, string>();
let scopes: readonly string[] = [];

/** Forgets all names given so far, so that the next dense layer is `dense` again. */
export function resetNames(): void {
  counters.clear();
  observed.clear();
}

/** Notes a name that the caller chose, so that no automatic name equals it. */
export function observeName(name: string): void {
  observed.add(name);
}

/** How `uniqueName` counts. */
export interface UniqueNameOptions {
  /** True for `dense`, `dense_1`, …; false for `input_1`, `input_2`, … */
  readonly zeroBased?: boolean;
  /** True to leave out names that callers chose. */
  readonly avoidObserved?: boolean;
}

/** The next name of a kind. */
export function uniqueName(base: string, options: UniqueNameOptions = {}): string {
  const { zeroBased = true, avoidObserved = false } = options;
  for (;;) {
    const count = counters.get(base) ?? 0;
    counters.set(base, count + 1);
    const number = zeroBased ? count : count + 1;
    const name = number === 0 ? base : `${base}_${String(number)}`;
    if (!avoidObserved || !observed.has(name)) return name;
  }
}

/** The next number of a prefix, counted from 1, apart from the names of layers. */
export function get_uid(prefix = ''): number {
  const count = (counters.get(`uid of ${prefix}`) ?? 0) + 1;
  counters.set(`uid of ${prefix}`, count);
  return count;
}

/** A class name in snake case, as Keras derives layer names: `LSTMCell` gives `lstm_cell`. */
export function toSnakeCase(className: string): string {
  const known = snakeCases.get(className);
  if (known !== undefined) return known;
  const name = className
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
  const found = name.startsWith('_') ? `private${name}` : name;
  snakeCases.set(className, found);
  return found;
}

/** Runs a function whose new variables get `name/` before their names; `null` closes all scopes for them. */
export function nameScope<T>(name: string | null, run: () => T): T {
  const outer = scopes;
  scopes = name === null ? [] : [...outer, name];
  try {
    return run();
  } finally {
    scopes = outer;
  }
}

/** Prefixes a variable name with the scopes that are open. */
export function scopedName(name: string): string {
  return [...scopes, name].join('/');
}
