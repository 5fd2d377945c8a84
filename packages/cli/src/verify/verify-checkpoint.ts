import type { Checkpoint, ObjectGraph } from '@km/checkpoint';
import type { ReadableStore } from '@km/core';
import type { Checklist } from './checklist.ts';

/** Checks a checkpoint: index, values with their checksums, object graph, state file. */
export async function verifyCheckpoint(
  location: { readonly store: ReadableStore; readonly path: string },
  list: Checklist,
): Promise<void> {
  const { directoryOf, readCheckpoint } = await import('@km/checkpoint');
  const checkpoint = await list.run('structure', 'index', () =>
    readCheckpoint(location, list.read),
  );
  if (checkpoint === undefined) return;
  await verifyObjects(checkpoint, list);
  await verifyState(location.store, directoryOf(checkpoint.prefix), list);
  await verifyValues(checkpoint, list);
}

/** Reads all values of a checkpoint, each with its checksum. */
export async function verifyValues(checkpoint: Checkpoint, list: Checklist): Promise<void> {
  await list.readTensors('tensors', checkpoint.tensors);
  for (const [name, tensor] of checkpoint.opaque) {
    await list.run('tensors', name, () => tensor.read(list.read));
  }
}

async function verifyObjects(checkpoint: Checkpoint, list: Checklist): Promise<void> {
  const graph = await list.run('structure', 'object graph', () =>
    checkpoint.readObjectGraph(list.read),
  );
  if (graph === undefined) return;
  const keys = graph.nodes.flatMap(({ attributes }) => attributes.map(({ key }) => key));
  const absent = keys.filter((key) => !checkpoint.tensors.has(key) && !checkpoint.opaque.has(key));
  list.note(
    'consistency',
    'objects have their values',
    absent.length === 0
      ? undefined
      : `${absent.length} values of objects are missing, such as ${absent[0]}`,
  );
  list.note('consistency', 'objects can be reached', unreachedProblem(graph));
}

/** Objects that no edge leads to cannot be restored. */
function unreachedProblem({ nodes }: ObjectGraph): string | undefined {
  const reached = new Set(nodes.length === 0 ? [] : [0]);
  // A set hands out what is added while it is walked.
  for (const id of reached) {
    const { children = [], slots = [] } = nodes[id] ?? {};
    for (const { node } of [...children, ...slots]) reached.add(node);
  }
  const lost = nodes.length - reached.size;
  return lost === 0 ? undefined : `no edge leads to ${lost} of ${nodes.length} objects`;
}

async function verifyState(
  store: ReadableStore,
  directory: string,
  list: Checklist,
): Promise<void> {
  const { indexKey, joinKey, latestCheckpoint, readState } = await import('@km/checkpoint');
  const place = { store, path: directory };
  const state = await list.run('structure', 'state file', () => readState(place, list.read));
  if (state === undefined) return;
  const latest = await latestCheckpoint(place, list.read);
  if (latest === undefined) {
    list.warn(
      'consistency',
      'newest checkpoint',
      `the state file names ${state.latest}, which is not there`,
    );
  }
  const gone: string[] = [];
  for (const path of state.all) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if ((await store.open(indexKey(joinKey(directory, name)), list.read)) === undefined)
      gone.push(path);
  }
  if (gone.length > 0) {
    list.warn('consistency', 'kept checkpoints', `not there any more: ${gone.join(', ')}`);
  }
}
