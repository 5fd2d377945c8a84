/** A number that differs between runs with different sizes of the unknown axes: one value per run. */
export class Varying {
  readonly values: readonly number[];

  constructor(values: readonly number[]) {
    this.values = values;
  }
}

/** A number that is the same in all runs, or one per run. */
export type RunNumber = number | Varying;

/** Joins what the runs gave. */
export function joined(values: readonly number[]): RunNumber {
  const [first = 0] = values;
  return values.every((value) => Object.is(value, first)) ? first : new Varying(values);
}

/** Value in each of `count` runs. */
export function perRun(number: RunNumber, count: number): readonly number[] {
  return number instanceof Varying ? number.values : new Array<number>(count).fill(number);
}

/** Text that is equal for equal numbers. */
export function keyOf(number: RunNumber): string {
  return number instanceof Varying ? number.values.join(' ') : String(number);
}

/** Shape with null for lengths that differ between runs. */
export function openShape(shape: readonly RunNumber[]): (number | null)[] {
  return shape.map((length) => (length instanceof Varying ? null : length));
}
