import { LimitError, MAX_RECURSION } from '@km/core';
import type { H5Dataset, H5Group } from '@km/hdf5';

/** Most objects that are visited; links may run in circles. */
const MAX_OBJECTS = 10_000;

/**
 * Visits all objects below a group of an HDF5 file, depth first.
 * @throws LimitError when there are more than any model has.
 */
export async function* walkH5(
  root: H5Group,
  signal?: AbortSignal,
): AsyncGenerator<H5Group | H5Dataset, void, undefined> {
  const pending: { readonly object: H5Group | H5Dataset; readonly depth: number }[] = [];
  const open = async (group: H5Group, depth: number): Promise<void> => {
    for (const name of [...(await group.names())].reverse()) {
      const object = await group.open(name);
      if (object !== undefined) pending.push({ object, depth });
    }
  };
  await open(root, 1);
  let visited = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal?.throwIfAborted();
    visited++;
    if (visited > MAX_OBJECTS) {
      throw new LimitError(
        `The file has more than ${MAX_OBJECTS} objects, or its links run in circles.`,
      );
    }
    yield next.object;
    const { object, depth } = next;
    if (object.kind === 'group' && depth < MAX_RECURSION) await open(object, depth + 1);
  }
}
