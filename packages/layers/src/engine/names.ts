/** Counters and names in use since the session began; `clear_session` empties both. */
const counters = new Map<string, number>();
const observed = new Set<string>();
const scopes: string[] = [];

/** Forgets all names given so far, so that the next dense layer is `dense` again. */
export function resetNames(): void {
  counters.clear();
  observed.clear();
}

/** Notes a name that the caller chose, so that no automatic name equals it. */
export function observeName(name: string): void {
  observed.add(name);
}

/** The next free name of a kind: `dense`, then `dense_1`; or from `dense_1` on when not zero-based. */
export function uniqueName(base: string, zeroBased: boolean = true): string {
  for (;;) {
    const count = counters.get(base) ?? 0;
    counters.set(base, count + 1);
    const number = zeroBased ? count : count + 1;
    const name = number === 0 ? base : `${base}_${String(number)}`;
    if (!observed.has(name)) return name;
  }
}

/** A class name in snake case, as Keras derives layer names: `LSTMCell` gives `lstm_cell`. */
export function toSnakeCase(className: string): string {
  const name = className
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
  return name.startsWith('_') ? `private${name}` : name;
}

/** Runs a function whose new variables get `name/` before their names. */
export function nameScope<T>(name: string, run: () => T): T {
  scopes.push(name);
  try {
    return run();
  } finally {
    scopes.pop();
  }
}

/** Prefixes a variable name with the scopes that are open. */
export function scopedName(name: string): string {
  return [...scopes, name].join('/');
}
