import { isKmError, type KmErrorCode, memoryStore } from '@km/core';
import { decodeProto, encodeProto } from '@km/proto';
import { GraphDef, SavedModel as SavedModelProto, TensorShapeProto } from '@km/proto/saved-model';
import {
  bindVariables,
  type ConcreteFunction,
  type MetaGraph,
  readSavedModel,
  usedOps,
} from '@km/savedmodel';
import { byteFlips, runHostile, truncations } from '@km/test-utils';
import { decodeFingerprint } from '../src/fingerprint.ts';
import { decodeKerasMetadata } from '../src/keras-metadata.ts';
import { modelStore, utf8 } from './support.ts';

/** Opens a model of the given files and decodes all of it. */
async function readAllOf(files: Iterable<readonly [string, Uint8Array]>): Promise<void> {
  const model = await readSavedModel({ store: memoryStore(files), path: '' });
  for (const metaGraph of model.metaGraphs) {
    usedOps(metaGraph.graph);
    readSignatures(metaGraph);
    await bindVariables(model, metaGraph);
  }
  await model.readFingerprint();
}

/** Decodes what is put off until it is asked for. */
function readSignatures({ objectGraph }: MetaGraph): unknown[] {
  const { nodes = [], concreteFunctions = new Map<string, ConcreteFunction>() } = objectGraph ?? {};
  return [
    ...nodes.map(({ value }) => ('spec' in value ? value.spec : undefined)),
    ...[...concreteFunctions.values()].map((concrete) => [
      concrete.inputSignature,
      concrete.outputSignature,
    ]),
  ];
}

const filesOf = (name: string): Map<string, Uint8Array> => new Map(modelStore(name).objects);

async function damage(
  name: string,
  file: string,
  cases: (bytes: Uint8Array) => Iterable<{ readonly name: string; readonly bytes: Uint8Array }>,
) {
  const files = filesOf(name);
  const whole = files.get(file) ?? new Uint8Array();
  return runHostile(cases(whole), (bytes) => readAllOf(new Map(files).set(file, bytes)));
}

test.each([
  ['tf-2.15.1/module', 'saved_model.pb'],
  ['tf-2.4.4/v1', 'saved_model.pb'],
  ['tf-2.15.1/v1_text', 'saved_model.pbtxt'],
])('%s with a cut %s is refused', async (name, file) => {
  const outcome = await damage(name, file, truncations);
  expect(outcome.broken).toEqual([]);
  // The last byte of a text is the end of its last line.
  expect(outcome.accepted).toEqual(
    file.endsWith('txt') ? [expect.stringMatching(/^cut after/)] : [],
  );
});

test.each([
  ['tf-2.15.1/module', 'saved_model.pb', 499],
  ['tf-2.4.4/v1', 'saved_model.pb', 499],
  ['tf-2.15.1/v1_text', 'saved_model.pbtxt', 4999],
])('a changed byte in %s/%s never breaks the reader', async (name, file, step) => {
  const outcome = await damage(name, file, (bytes) => byteFlips(bytes, step));
  expect(outcome.broken).toEqual([]);
});

test('a changed byte in the metadata of Keras or a fingerprint never breaks its decoder', async () => {
  const files = filesOf('tf-2.15.1/keras');
  const metadata = files.get('keras_metadata.pb') ?? new Uint8Array();
  const fingerprint = files.get('fingerprint.pb') ?? new Uint8Array();
  const graph = { nodes: [], concreteFunctions: new Map() };
  const outcomes = await Promise.all([
    runHostile([...truncations(metadata), ...byteFlips(metadata, 7)], (bytes) =>
      decodeKerasMetadata(bytes, graph, 'm'),
    ),
    runHostile([...truncations(fingerprint), ...byteFlips(fingerprint)], (bytes) =>
      decodeFingerprint(bytes, 'f'),
    ),
  ]);
  for (const { broken, refused } of outcomes) {
    expect(broken).toEqual([]);
    expect(refused.length).toBeGreaterThan(5);
  }
});

const model = (properties: SavedModelProto.$Properties): Uint8Array =>
  encodeProto(SavedModelProto, properties);

const withObjects = (
  objectGraphDef: NonNullable<SavedModelProto.$Properties['metaGraphs']>[number]['objectGraphDef'],
): Uint8Array => model({ metaGraphs: [{ objectGraphDef: objectGraphDef ?? null }] });

test.each<[string, readonly (readonly [string, Uint8Array])[], KmErrorCode, RegExp]>([
  ['nothing', [], 'KM_NOT_FOUND', /neither saved_model\.pb nor saved_model\.pbtxt/],
  [
    'variables alone',
    [['variables/variables.index', new Uint8Array(1)]],
    'KM_NOT_FOUND',
    /variables but no saved_model\.pb/,
  ],
  ['a file in chunks', [['saved_model.cpb', new Uint8Array()]], 'KM_UNSUPPORTED', /chunks/],
  [
    'a pointer of Git LFS',
    [
      [
        'saved_model.pb',
        utf8('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n'),
      ],
    ],
    'KM_MALFORMED',
    /git lfs pull/,
  ],
  ['an empty file', [['saved_model.pb', new Uint8Array()]], 'KM_MALFORMED', /no graph/],
  [
    'a frozen graph',
    [['saved_model.pb', encodeProto(GraphDef, { node: [{ name: 'a', op: 'Const' }] })]],
    'KM_UNSUPPORTED',
    /bare GraphDef/,
  ],
  ['a web page', [['saved_model.pb', utf8('<!DOCTYPE html><html>')]], 'KM_MALFORMED', /damaged/],
  [
    'a text that is none',
    [['saved_model.pbtxt', utf8('<html>')]],
    'KM_MALFORMED',
    /line 1: expected a field/,
  ],
  [
    'a child that is not there',
    [['saved_model.pb', withObjects({ nodes: [{ children: [{ nodeId: 7, localName: 'x' }] }] })]],
    'KM_MALFORMED',
    /nodes\[0\] of saved_model\.pb refers to object 7/,
  ],
  [
    'a negative child',
    [['saved_model.pb', withObjects({ nodes: [{ dependencies: [{ nodeId: -1 }] }] })]],
    'KM_MALFORMED',
    /object -1/,
  ],
  [
    'a captured object that is not there',
    [
      [
        'saved_model.pb',
        withObjects({ nodes: [{}], concreteFunctions: { f: { boundInputs: [3] } } }),
      ],
    ],
    'KM_MALFORMED',
    /concrete_functions\["f"\] of saved_model\.pb refers to object 3/,
  ],
  [
    'a variable without a checkpoint',
    [['saved_model.pb', withObjects({ nodes: [{ variable: { dtype: 1, name: 'v' } }] })]],
    'KM_NOT_FOUND',
    /root: there is no variables\/variables\.index/,
  ],
])('a directory with %s is refused', async (_name, files, code, message) => {
  const error = await readAllOf(files).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isKmError(error, code)).toBe(true);
  expect(String(error)).toMatch(message);
});

test('objects that hang together in a circle are walked once', async () => {
  const children = [
    { nodeId: 1, localName: 'a' },
    { nodeId: 0, localName: 'b' },
  ];
  await readAllOf([['saved_model.pb', withObjects({ nodes: [{ children }, { children }] })]]);
});

test('structures of more than a hundred levels are refused', async () => {
  let value = new Uint8Array();
  // A list_value with one of its values, by hand, since the encoder refuses as well.
  for (let depth = 0; depth < 120; depth++) value = field(51, field(1, value));
  const concreteFunction = field(2, concat([field(1, utf8('f')), field(2, field(4, value))]));
  const bytes = field(2, field(7, concreteFunction));
  const error = await readAllOf([['saved_model.pb', bytes]]).catch((reason: unknown) => reason);
  expect(isKmError(error, 'KM_MALFORMED')).toBe(true);
});

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}

function field(number: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = [...varint((number << 3) | 2), ...varint(content.length)];
  return new Uint8Array(Buffer.concat([new Uint8Array(head), content]));
}

test('a name of a prototype is a name like any other', async () => {
  const signatureDef = Object.fromEntries([['__proto__', { methodName: 'm' }]]);
  const bytes = model({ metaGraphs: [{ signatureDef }] });
  const { metaGraphs } = await readSavedModel({
    store: memoryStore([['saved_model.pb', bytes]]),
    path: '',
  });
  expect([...(metaGraphs[0]?.signatures.keys() ?? [])]).toEqual(['__proto__']);
});

test.each(['../secret', '/etc/passwd', 'a\\..\\b', ''])(
  'the asset %j outside of the model is not opened',
  async (filename) => {
    const bytes = model({ metaGraphs: [{ assetFileDef: [{ filename }] }] });
    const opened = await readSavedModel({
      store: memoryStore([['saved_model.pb', bytes]]),
      path: '',
    });
    const asset = opened.metaGraphs[0]?.assets[0];
    if (asset === undefined) throw new Error('no asset');
    await expect(opened.openAsset(asset)).rejects.toMatchObject({ code: 'KM_MALFORMED' });
  },
);

test('a missing asset is not found', async () => {
  const bytes = model({ metaGraphs: [{ assetFileDef: [{ filename: 'words.txt' }] }] });
  const store = memoryStore([['saved_model.pb', bytes]]);
  const opened = await readSavedModel({ store, path: '' });
  const asset = opened.metaGraphs[0]?.assets[0];
  if (asset === undefined) throw new Error('no asset');
  await expect(opened.openAsset(asset)).rejects.toMatchObject({ code: 'KM_NOT_FOUND' });
});

test('metadata of another model is told from the right one', async () => {
  const files = filesOf('tf-2.15.1/module');
  const foreign = filesOf('tf-2.15.1/keras').get('keras_metadata.pb') ?? new Uint8Array();
  const store = memoryStore(files.set('keras_metadata.pb', foreign));
  const { kerasMetadata } = await readSavedModel({ store, path: '' });
  // The root is everywhere.
  expect(kerasMetadata?.mismatches.map(({ path }) => path)).toEqual(
    kerasMetadata?.nodes.slice(1).map(({ path }) => path),
  );
});

test('variables of another model are refused, or listed', async () => {
  const files = filesOf('tf-2.15.1/keras');
  for (const [key, bytes] of filesOf('tf-2.15.1/module')) {
    if (key.startsWith('variables/')) files.set(key, bytes);
  }
  const opened = await readSavedModel({ store: memoryStore(files), path: '' });
  const [metaGraph] = opened.metaGraphs;
  if (metaGraph === undefined) throw new Error('no graph');
  await expect(bindVariables(opened, metaGraph)).rejects.toMatchObject({
    code: 'KM_NOT_FOUND',
    path: 'root.layer_with_weights-0.kernel',
  });
  const { unbound, variables } = await bindVariables(opened, metaGraph, { allowUnbound: true });
  expect(variables.size).toBe(0);
  expect(unbound[0]?.reason).toBe('the checkpoint has no object on its path');
});

test('a variable of another shape is refused by its path', async () => {
  const files = filesOf('tf-2.15.1/module');
  const proto = decodeProto(SavedModelProto, files.get('saved_model.pb') ?? new Uint8Array());
  for (const { variable } of proto.metaGraphs[0]?.objectGraphDef?.nodes ?? []) {
    if (variable?.name === 'step') variable.shape = new TensorShapeProto({ dim: [{ size: 3n }] });
  }
  const changed = encodeProto(SavedModelProto, proto);
  const opened = await readSavedModel({
    store: memoryStore(files.set('saved_model.pb', changed)),
    path: '',
  });
  const [metaGraph] = opened.metaGraphs;
  if (metaGraph === undefined) throw new Error('no graph');
  await expect(bindVariables(opened, metaGraph)).rejects.toMatchObject({
    code: 'KM_MALFORMED',
    path: 'root.steps.0',
  });
});
