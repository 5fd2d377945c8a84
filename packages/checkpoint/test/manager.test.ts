import { CheckpointManager, type CheckpointManagerOptions, readState } from '@km/checkpoint';
import { type MemoryStore, memoryStore } from '@km/core';
import { utf8 } from './support.ts';

const directory = (store: MemoryStore) => ({ store, path: 'run' });

async function saved(manager: CheckpointManager, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    const prefix = manager.prefixOf(number);
    await manager.store.write(`${prefix}.data-00000-of-00002`, [utf8('data')]);
    await manager.store.write(`${prefix}.data-00001-of-00002`, [utf8('data')]);
    await manager.store.write(`${prefix}.index`, [utf8('index')]);
    await manager.record(prefix);
  }
}

function clock(times: readonly number[]): () => number {
  const left = [...times];
  return () => left.shift() ?? times.at(-1) ?? 0;
}

const keys = (store: MemoryStore): string[] =>
  [...store.objects.keys()].filter((key) => key.endsWith('.index')).sort();

test('of four checkpoints the last two stay, with all that belongs to them [CheckpointManagerTest.testDeletion]', async () => {
  const store = memoryStore([['run/q-1x.index', utf8('other')]]);
  const options: CheckpointManagerOptions = { name: 'q', maxToKeep: 2 };
  const manager = await CheckpointManager.open(directory(store), options);
  await saved(manager, [1, 2, 3, 77]);
  expect(manager.latest).toBe('run/q-77');
  expect(manager.checkpoints).toEqual(['run/q-3', 'run/q-77']);
  expect([...store.objects.keys()].sort()).toEqual([
    'run/checkpoint',
    'run/q-1x.index',
    ...['run/q-3.data-00000-of-00002', 'run/q-3.data-00001-of-00002', 'run/q-3.index'],
    ...['run/q-77.data-00000-of-00002', 'run/q-77.data-00001-of-00002', 'run/q-77.index'],
  ]);
  const state = await readState(directory(store));
  expect(state?.latest).toBe('q-77');
  expect(state?.all).toEqual(['q-3', 'q-77']);
  expect(state?.timestamps).toHaveLength(2);
});

test('a number that is saved again becomes the newest', async () => {
  const manager = await CheckpointManager.open(directory(memoryStore()), { maxToKeep: 3 });
  await saved(manager, [1, 2, 1]);
  expect(manager.checkpoints).toEqual(['run/ckpt-2', 'run/ckpt-1']);
});

test('a manager goes on where another stopped', async () => {
  const store = memoryStore();
  const times = { maxToKeep: 2, now: clock([100, 101, 102]) };
  await saved(await CheckpointManager.open(directory(store), times), [1, 2]);
  const next = await CheckpointManager.open(directory(store), { maxToKeep: 2, now: clock([200]) });
  expect(next.latest).toBe('run/ckpt-2');
  expect(next.checkpoints).toEqual(['run/ckpt-1', 'run/ckpt-2']);
  await saved(next, [3]);
  expect(keys(store)).toEqual(['run/ckpt-2.index', 'run/ckpt-3.index']);
});

test('one checkpoint of each span is kept for ever and listed no more', async () => {
  const store = memoryStore();
  const hour = 3600;
  const now = clock([0, 1, hour, hour + 1, 2 * hour, 2 * hour + 1, 3 * hour]);
  const options = { maxToKeep: 1, keepEveryHours: 1, now };
  const manager = await CheckpointManager.open(directory(store), options);
  await saved(manager, [1, 2, 3, 4, 5, 6]);
  expect(keys(store)).toEqual(['run/ckpt-2.index', 'run/ckpt-4.index', 'run/ckpt-6.index']);
  expect(manager.checkpoints).toEqual(['run/ckpt-6']);
  expect((await readState(directory(store)))?.lastPreserved).toBe(2 * hour);
});

test('without a limit nothing is removed [CheckpointManagerTest.testKeepAll]', async () => {
  const store = memoryStore();
  const manager = await CheckpointManager.open(directory(store), { maxToKeep: undefined });
  await saved(manager, [1, 2, 3, 4, 5, 6, 7]);
  expect(keys(store)).toHaveLength(7);
});

test('a limit of nothing is refused', async () => {
  const opened = CheckpointManager.open(directory(memoryStore()), { maxToKeep: 0 });
  await expect(opened).rejects.toThrow(RangeError);
});

test('a clock that went back makes no checkpoint newer than now', async () => {
  const store = memoryStore();
  const late = { maxToKeep: 5, now: clock([1000, 1001, 1002]) };
  await saved(await CheckpointManager.open(directory(store), late), [1, 2]);
  const early = await CheckpointManager.open(directory(store), { maxToKeep: 5, now: clock([500]) });
  expect(early.checkpoints).toEqual([]);
  expect(early.latest).toBe('run/ckpt-2');
});
