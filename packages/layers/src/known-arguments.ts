/** Names of arguments: those of a type, and none left out. */
export type ArgumentNames<T extends object> = Readonly<Record<keyof T, true>>;

/**
 * Checks that arguments come by name, and have no names but the known ones.
 * @param owner The function or class that takes them.
 */
export function checkKnown<T extends object>(
  owner: string,
  given: unknown,
  known: ArgumentNames<T>,
): void {
  const names = Object.keys(known).join(', ');
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${owner} takes its arguments by name, in one object: ${names}.`);
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(`${owner} has no argument '${name}'; it has ${names}.`);
    }
  }
}
