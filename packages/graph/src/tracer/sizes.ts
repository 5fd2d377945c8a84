import type { OpenLength, TraceSpec } from './types.ts';

/** Lengths of the unknown axes in one run, by the name of the axis. */
export type Sizes = ReadonlyMap<string, number>;

/** Runs that have to agree, and one more that counts only if the function can do with its sizes. */
export interface Runs {
  readonly runs: readonly Sizes[];
  readonly odd: Sizes | null;
}

/** How unknown axes of different inputs belong together. */
export type Sharing = 'none' | 'by_axis';

/** Lengths of a batch in the three runs. */
const SHORT: readonly (readonly [number, number, number])[] = [
  [2, 3, 5],
  [7, 11, 13],
  [17, 19, 23],
  [29, 31, 37],
];
/** Batches that are divisible by what batches are usually divided by. */
const EVEN_FACTOR = 24;
/** Lengths of other axes are large, so that windows fit, and divisible, so that strides give equal sizes. */
const LONG: readonly (readonly [number, number, number])[] = [
  [256, 384, 640],
  [512, 896, 768],
  [1024, 1152, 1280],
  [1408, 1536, 1664],
];
const ODD = 331;
const ODD_STEP = 66;

/** Name of an unknown axis. */
export function axisName(
  length: OpenLength,
  input: number,
  axis: number,
  sharing: Sharing,
): string | null {
  if (typeof length === 'number') return null;
  if (length !== null) return length;
  if (axis === 0) return '0';
  return sharing === 'by_axis' ? `${axis}` : `${input}.${axis}`;
}

/** Chooses the lengths of the unknown axes for all runs. */
export function chooseRuns(
  specs: readonly TraceSpec[],
  sharing: Sharing,
  evenBatch: boolean,
): Runs {
  const short = new Set<string>();
  const names = new Set<string>();
  specs.forEach(({ shape }, input) => {
    shape.forEach((length, axis) => {
      const name = axisName(length, input, axis, sharing);
      if (name === null) return;
      names.add(name);
      if (axis === 0) short.add(name);
    });
  });
  const choices = [...names].map((name, i) => {
    const [table, factor] = short.has(name) ? [SHORT, evenBatch ? EVEN_FACTOR : 1] : [LONG, 1];
    const row = table[i % table.length] ?? [2, 3, 5];
    return { name, lengths: row.map((length) => length * factor) };
  });
  const at = (pick: (index: number) => number): Sizes =>
    new Map(choices.map(({ name, lengths }, i) => [name, lengths[pick(i)] ?? 1]));
  const single = choices.map((_, changed) => at((i) => (i === changed ? 1 : 0)));
  const runs = choices.length === 0 ? [new Map()] : [at(() => 0), ...single, at(() => 2)];
  if (choices.every(({ name }) => short.has(name))) return { runs, odd: null };
  const odd = new Map(
    choices.map(({ name, lengths }, i) => [
      name,
      short.has(name) ? (lengths[2] ?? 1) : ODD + i * ODD_STEP,
    ]),
  );
  return { runs, odd };
}

/** Specs in which equal axes have equal names, however they were named; the names of the inputs do not matter. */
export function canonicalSpecs(
  specs: readonly TraceSpec[],
): { readonly shape: readonly OpenLength[]; readonly dtype: string }[] {
  const names = new Map<string, string>();
  return specs.map(({ shape, dtype }, input) => ({
    dtype,
    shape: shape.map((length, axis) => {
      const name = axisName(length, input, axis, 'none');
      if (name === null) return length;
      const known = names.get(name) ?? `${names.size}`;
      names.set(name, known);
      return known;
    }),
  }));
}
