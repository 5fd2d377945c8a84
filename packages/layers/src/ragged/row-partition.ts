/** Whole numbers that say how values are cut into rows. */
export type RowNumbers = ArrayLike<number>;

function invalid(method: string, reason: string): TypeError {
  return new TypeError(`Arguments to ${method} do not form a valid RaggedTensor: ${reason}.`);
}

/** Row splits, checked: they start at 0, never fall and end at the number of values. */
export function checkedSplits(splits: RowNumbers, count: number, method: string): Int32Array {
  const made = Int32Array.from(splits);
  if (made.length === 0) throw invalid(method, 'row_splits must not be empty');
  if (made[0] !== 0) throw invalid(method, 'row_splits must start at 0');
  for (let row = 1; row < made.length; row++) {
    if ((made[row] ?? 0) < (made[row - 1] ?? 0)) throw invalid(method, 'row_splits must not fall');
  }
  const last = made[made.length - 1];
  if (last !== count) throw invalid(method, `rows have ${last} values, but there are ${count}`);
  return made;
}

/** Row splits of rows of given lengths. */
export function splitsOfLengths(lengths: RowNumbers): Int32Array {
  const splits = new Int32Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) {
    splits[row + 1] = (splits[row] ?? 0) + (lengths[row] ?? 0);
  }
  return splits;
}

/** Row splits of rows that start at given values, the last ending with the values. */
export function splitsOfStarts(starts: RowNumbers, count: number): Int32Array {
  return Int32Array.from([...Array.from(starts), count]);
}

/** Row splits of rows that end before given values, the first starting with the values. */
export function splitsOfLimits(limits: RowNumbers): Int32Array {
  return Int32Array.from([0, ...Array.from(limits)]);
}

/** Row splits of values each in the row of its number; the numbers never fall. */
export function splitsOfRowIds(ids: RowNumbers, rows: number | null): Int32Array {
  const method = 'from_value_rowids';
  const needed = ids.length === 0 ? 0 : (ids[ids.length - 1] ?? 0) + 1;
  const lengths = new Int32Array(rows ?? needed);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] ?? 0;
    if (i > 0 && id < (ids[i - 1] ?? 0)) throw invalid(method, 'value_rowids must not fall');
    if (id < 0 || id >= lengths.length) throw invalid(method, `there is no row ${id}`);
    lengths[id] = (lengths[id] ?? 0) + 1;
  }
  return splitsOfLengths(lengths);
}

/** Number of values in each row. */
export function lengthsOfSplits(splits: Int32Array): Int32Array {
  return splits.slice(1).map((end, row) => end - (splits[row] ?? 0));
}

/** The row of each value. */
export function rowIdsOfSplits(splits: Int32Array): Int32Array {
  const ids = new Int32Array(splits[splits.length - 1] ?? 0);
  lengthsOfSplits(splits).forEach((_, row) => {
    ids.fill(row, splits[row], splits[row + 1]);
  });
  return ids;
}

/** For each place of a padded table of rows, the value that stands there; `none` where a row has ended. */
export function placesOfRows(
  splits: Int32Array,
  rows: number,
  width: number,
  none: number,
): Int32Array {
  const places = new Int32Array(rows * width).fill(none);
  const given = Math.min(rows, splits.length - 1);
  for (let row = 0; row < given; row++) {
    const start = splits[row] ?? 0;
    const length = Math.min(width, (splits[row + 1] ?? start) - start);
    for (let i = 0; i < length; i++) places[row * width + i] = start + i;
  }
  return places;
}

/** The places that rows of given lengths take in a table of equally wide rows; lengths are cut to the width. */
export function takenPlaces(lengths: RowNumbers, width: number): Int32Array {
  return Int32Array.from(
    Array.from(lengths).flatMap((length, row) =>
      Array.from({ length: Math.min(length, width) }, (_, i) => row * width + i),
    ),
  );
}

/** True for rows that start and end at the same places. */
export function sameSplits(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((at, i) => at === b[i]));
}

/** True for the same rows at all depths. */
export function sameNestedSplits(a: readonly Int32Array[], b: readonly Int32Array[]): boolean {
  return a.length === b.length && a.every((splits, i) => sameSplits(splits, b[i] ?? splits));
}

/** The greatest of the lengths; 0 of none. */
export function longestOf(lengths: ArrayLike<number>): number {
  let longest = 0;
  for (let row = 0; row < lengths.length; row++) longest = Math.max(longest, lengths[row] ?? 0);
  return longest;
}
