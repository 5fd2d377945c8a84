/** Checks a factor that must not be negative and rounds it to float32, as Keras keeps it. */
export function factor(value: unknown, name: string, fallback: number): number {
  const given = value === undefined ? fallback : value;
  if (typeof given !== 'number' || !(given >= 0)) {
    throw new RangeError(`${name} is a number of at least 0, not ${JSON.stringify(given)}.`);
  }
  return Math.fround(given);
}
