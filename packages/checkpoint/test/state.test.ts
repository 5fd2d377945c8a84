import { readFileSync } from 'node:fs';
import { latestCheckpoint, parseState, printState, readState, writeState } from '@km/checkpoint';
import { memoryStore } from '@km/core';
import { fixturePath } from '@km/test-utils';
import { utf8 } from './support.ts';

const fixture = (name: string): string =>
  readFileSync(fixturePath(`checkpoint/tf-2.15.1/${name}/checkpoint`), 'utf8');

test.each(['managed', 'odd', 'trained'])(
  'the state file of %s is printed as TensorFlow prints it',
  (name) => {
    const text = fixture(name);
    expect(printState(parseState(text))).toBe(text);
  },
);

test('the state of a manager lists its checkpoints with their times', () => {
  const state = parseState(fixture('managed'));
  expect(state.latest).toBe('q-77');
  expect(state.all).toEqual(['q-3', 'q-77']);
  expect(state.timestamps).toHaveLength(2);
  expect(state.lastPreserved).toBeLessThan(state.timestamps[0] ?? 0);
});

test('escapes of bytes are read as UTF-8', () => {
  expect(parseState(fixture('odd')).latest).toBe('it\'s ä "q" \\ x-5');
});

test.each([
  ['unescaped UTF-8', 'model_checkpoint_path: "ä"', 'ä'],
  ['single quotes', "model_checkpoint_path: 'a\"b'", 'a"b'],
  ['comments and blank lines', '# c\n\nmodel_checkpoint_path: # d\n "a"', 'a'],
  ['several fields on a line', 'model_checkpoint_path:"a"; last_preserved_timestamp: 1.5', 'a'],
  ['strings in pieces', 'model_checkpoint_path: "a" \'b\'', 'ab'],
  ['escapes', String.raw`model_checkpoint_path: "\x41\101\u0041\U0001F600\t\\"`, 'AAA😀\t\\'],
])('%s is read', (_, text, latest) => {
  expect(parseState(text).latest).toBe(latest);
});

test('lists and numbers of all spellings are read', () => {
  const text = `all_model_checkpoint_paths: ["a", "b"], all_model_checkpoint_timestamps: [1, 2.5e3]
    all_model_checkpoint_timestamps: inf last_preserved_timestamp: -.5f all_model_checkpoint_paths: []`;
  expect(parseState(text)).toEqual({
    latest: '',
    all: ['a', 'b'],
    timestamps: [1, 2500, Number.POSITIVE_INFINITY],
    lastPreserved: -0.5,
  });
});

test.each([
  'model_checkpoint_path "a"',
  'model_checkpoint_path: a',
  'model_checkpoint_path: "a',
  'unknown: 1',
  'all_model_checkpoint_paths: ["a" "b"',
  'all_model_checkpoint_paths: ["a",]',
  'last_preserved_timestamp: x1',
  'model_checkpoint_path: "\\q"',
  '<html>',
])('%s is refused, and no checkpoint is the latest', async (text) => {
  expect(() => parseState(text)).toThrow('state file');
  const store = memoryStore([['checkpoint', utf8(text)]]);
  expect(await readState({ store, path: '' })).toBeUndefined();
  expect(await latestCheckpoint({ store, path: '' })).toBeUndefined();
});

test('whole seconds are printed as TensorFlow prints doubles', () => {
  const state = { latest: 'a', all: ['a'], timestamps: [3], lastPreserved: 1.25 };
  expect(printState(state)).toContain('all_model_checkpoint_timestamps: 3.0\n');
});

test('the latest checkpoint is the one that the state names, if its index exists', async () => {
  const store = memoryStore();
  expect(await latestCheckpoint({ store, path: 'run' })).toBeUndefined();
  const state = { latest: 'b-2', all: ['b-2'], timestamps: [] };
  await writeState({ store, path: 'run' }, state);
  expect(await latestCheckpoint({ store, path: 'run' })).toBeUndefined();
  await store.write('run/b-2.index', [utf8('index')]);
  expect(await latestCheckpoint({ store, path: 'run' })).toBe('run/b-2');
});

test.each(['/elsewhere/run/b-2', 'C:\\run\\b-2', 's3://bucket/b-2', './b-2'])(
  'the path %s in a state file leads to the checkpoint beside it',
  async (latest) => {
    const store = memoryStore([['b-2.index', utf8('index')]]);
    await writeState({ store, path: '' }, { latest, all: [latest], timestamps: [] });
    expect(await latestCheckpoint({ store, path: '' })).toBe('b-2');
  },
);

test('a path that leads out of the store leads nowhere', async () => {
  const store = memoryStore([['b.index', utf8('index')]]);
  await writeState({ store, path: 'run' }, { latest: '../b', all: [], timestamps: [] });
  expect(await latestCheckpoint({ store, path: 'run' })).toBeUndefined();
});
