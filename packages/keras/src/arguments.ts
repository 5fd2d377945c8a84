/** True for an object of named arguments: a plain object, as no positional argument of these functions is one. */
function isNamed(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Sorts the arguments of a function that takes them by position, as documented, or by the same names in one object that
 * comes last. `objects` names the positions that hold a plain object themselves.
 * @throws TypeError for a name that is not documented, one given twice, or too many arguments.
 */
export function namedArguments<T extends object>(
  fn: string,
  names: readonly string[],
  args: readonly unknown[],
  objects: ReadonlySet<string> = new Set(),
): Partial<T> {
  const last = args.at(-1);
  const byName =
    isNamed(last) && (!objects.has(names[args.length - 1] ?? '') || hasOnly(last, names))
      ? last
      : undefined;
  const positional = byName === undefined ? args : args.slice(0, -1);
  if (positional.length > names.length) {
    throw new TypeError(`${fn} takes at most ${names.length} arguments: ${names.join(', ')}.`);
  }
  const byPosition = positional.map((value, k): [string, unknown] => [names[k] ?? '', value]);
  const given = Object.entries(byName ?? {});
  checkNames(fn, names, byPosition, given);
  const set = [...byPosition, ...given].filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Partial<T>;
}

/** @throws TypeError for arguments that do not come by name, or have a name that is not known. */
export function checkConfig<T extends object>(
  className: string,
  config: T,
  known: Readonly<Record<keyof T, true>>,
): void {
  const names = Object.keys(known);
  if (!isNamed(config)) {
    throw new TypeError(
      `${className} takes its arguments by name, in one object: ${names.join(', ')}.`,
    );
  }
  checkNames(className, names, [], Object.entries(config));
}

function checkNames(
  fn: string,
  names: readonly string[],
  byPosition: readonly [string, unknown][],
  given: readonly [string, unknown][],
): void {
  for (const [name] of given) {
    if (!names.includes(name)) {
      throw new TypeError(`${fn} has no argument '${name}'; it takes ${names.join(', ')}.`);
    }
    if (byPosition.some(([other, value]) => other === name && value !== undefined)) {
      throw new TypeError(`${fn} got '${name}' twice.`);
    }
  }
}

/** True for a non-empty object all of whose keys are argument names. */
function hasOnly(value: Record<string, unknown>, names: readonly string[]): boolean {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => names.includes(key));
}
