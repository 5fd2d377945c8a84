import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isKmError, memorySource, memoryStore, readAll, zipStore } from '@km/core';
import { models, ready, saved_model } from '@km/keras';
import type { NodeDef } from '@km/proto/saved-model';
import {
  type SavedNode,
  type SavedNodeKind,
  type Structure,
  tensorDTypeCode,
  writeSavedModel,
} from '@km/savedmodel';
import { readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready('cpu'));

const FLOAT = tensorDTypeCode('float32');
const TEXT = tensorDTypeCode('string');
const INT = tensorDTypeCode('int32');
const T = { T: { type: FLOAT } };

/** Longest that a refusal may take here, ms; a loop without a bound would take for ever. */
const SOON = 5000;

type Nodes = readonly NodeDef.$Properties[];

const node = (
  name: string,
  op: string,
  input: readonly string[],
  attr: NodeDef.$Properties['attr'] = {},
): NodeDef.$Properties => ({ name, op, input: [...input], attr });

const call = (name: string, target: string, input: readonly string[]): NodeDef.$Properties =>
  node(name, 'PartitionedCall', input, {
    f: { func: { name: target } },
    Tin: { list: { type: input.map(() => FLOAT) } },
    Tout: { list: { type: [FLOAT] } },
  });

const text = (name: string, value: string): NodeDef.$Properties =>
  node(name, 'Const', [], {
    dtype: { type: TEXT },
    value: { tensor: { dtype: TEXT, tensorShape: {}, stringVal: [Buffer.from(value)] } },
  });

const sizes = (name: string, ...values: number[]): NodeDef.$Properties =>
  node(name, 'Const', [], {
    dtype: { type: INT },
    value: {
      tensor: {
        dtype: INT,
        tensorShape: { dim: [{ size: BigInt(values.length) }] },
        intVal: values,
      },
    },
  });

const filled = (...values: number[]): Nodes => [
  sizes('s', ...values),
  node('y', 'Fill', ['s:output:0', 'x'], { ...T, index_type: { type: INT } }),
];

function object(id: number, value: SavedNodeKind, children: SavedNode['children']): SavedNode {
  return {
    id,
    value,
    children,
    dependencies: [],
    slots: [],
    saveables: new Map(),
    registeredName: '',
    registeredSaver: '',
    serializedUserProto: undefined,
  };
}

/** Types of the input: that of the signature, and that of its function. */
interface Takes {
  readonly spec?: string;
  readonly argument?: number;
}

/** A SavedModel whose only signature takes `x` and returns what its node `y` gives. */
async function modelOf(nodes: Nodes, output = 'y:output:0', type = FLOAT, takes: Takes = {}) {
  const entry = '__inference_serving_1';
  const spec = (name: string): Structure => ({
    kind: 'tensorSpec',
    name,
    shape: null,
    dtype: (name === 'x' ? (takes.spec ?? 'float32') : 'float32') as 'float32',
  });
  const inputSignature: Structure = {
    kind: 'tuple',
    items: [
      { kind: 'tuple', items: [] },
      { kind: 'dict', entries: new Map([['x', spec('x')]]) },
    ],
  };
  const outputSignature: Structure = { kind: 'dict', entries: new Map([['y', spec('y')]]) };
  const user = (identifier: string): SavedNodeKind => {
    return { kind: 'userObject', identifier, producer: 1, minConsumer: 1, metadata: '' };
  };
  const served: SavedNodeKind = {
    kind: 'bareConcreteFunction',
    concreteFunction: entry,
    argumentKeywords: ['x'],
    allowedPositionalArguments: 0,
    spec: undefined,
  };
  const objects = [
    object(0, user('_generic_user_object'), [{ name: 'signatures', node: 1 }]),
    object(1, user('signature_map'), [{ name: 'serving_default', node: 2 }]),
    object(2, served, []),
  ];
  const store = memoryStore();
  await writeSavedModel(
    { store, path: 'm' },
    {
      objects: {
        nodes: objects,
        concreteFunctions: new Map([
          [entry, { name: entry, boundInputs: [], inputSignature, outputSignature }],
        ]),
      },
      functions: [
        {
          signature: {
            name: entry,
            inputArg: [{ name: 'x', type: takes.argument ?? FLOAT }],
            outputArg: [{ name: 'y', type }],
          },
          nodeDef: [...nodes],
          ret: { y: output },
        },
      ],
      signatures: new Map([['serving_default', entry]]),
      variables: {
        objects: { nodes: [{ children: [], attributes: [], slots: [], hasValues: false }] },
        tensors: [],
        keys: new Map(),
      },
    },
  );
  return { store, path: 'm' };
}

/** What loading a model and calling its signature end in. */
async function outcome(place: Awaited<ReturnType<typeof modelOf>>): Promise<unknown> {
  try {
    const { signatures } = await saved_model.load(place);
    signatures.serving_default?.({ x: tf.scalar(2) });
    return undefined;
  } catch (error) {
    return error;
  }
}

const ENTRY = '__inference_serving_1';

test.each<[string, Nodes, RegExp]>([
  ['a function that calls itself', [call('y', ENTRY, ['x'])], /calls itself|recurs|cycle/i],
  ['a function that is missing', [call('y', 'nowhere', ['x'])], /nowhere/],
  [
    'a call with too many arguments',
    [call('y', ENTRY, ['x', 'x'])],
    /calls itself|arguments|inputs/,
  ],
  [
    'nodes in a circle',
    [node('a', 'Neg', ['y:y:0'], T), node('y', 'Neg', ['a:y:0'], T)],
    /cycle|circle/i,
  ],
  ['a shape of 2^60 elements', filled(1 << 30, 1 << 30), /at most|\[1073741824, 1073741824\]/],
  ['a shape of a negative length', filled(-5), /-5/],
  ['more values than a shape has', [node('y', 'Reshape', ['x', 'x'], T)], /Reshape|Tshape/],
])('%s in a SavedModel ends in a KmError soon', async (name, nodes, says) => {
  const output = /circle|arguments|calls itself|missing/.test(name) ? undefined : 'y:output:0';
  const place = await modelOf(nodes, name === 'nodes in a circle' ? 'y:y:0' : output);
  const start = performance.now();
  const error = await outcome(place);
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toMatch(says);
  expect(performance.now() - start).toBeLessThan(SOON);
});

const CAST: Nodes = [node('y', 'Cast', ['x'], { SrcT: { type: INT }, DstT: { type: FLOAT } })];
const PASSED: Nodes = [node('y', 'Identity', ['x'], T)];

test.each<[string, Takes, RegExp]>([
  ['an input of no type', { spec: 'invalid' }, /takes x as (invalid|unknown)/],
  ['an input that is a handle', { spec: 'resource' }, /takes x as resource/],
  ['a function that takes another type', { argument: INT }, /as int32, but gets a float32/],
  ['a function that takes a type without a name', { argument: 77 }, /as unknown, but gets/],
])('a signature with %s is a KmError when it is called', async (_name, takes, says) => {
  const [nodes, output] = takes.argument === INT ? [CAST, 'y:y:0'] : [PASSED, 'y:output:0'];
  const error = await outcome(await modelOf(nodes, output, FLOAT, takes));
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toMatch(says);
});

test.each([
  ['ReadFile', ['name:output:0'], 'y:contents:0', TEXT],
  ['MatchingFiles', ['name:output:0'], 'y:filenames:0', TEXT],
] as const)('%s in a SavedModel is not run', async (op, inputs, output, type) => {
  const place = await modelOf([text('name', '/etc/hostname'), node('y', op, inputs)], output, type);
  expect(String(await outcome(place))).toMatch(/touch files or processes/);
});

test('WriteFile in a SavedModel writes nothing', async () => {
  const target = path.join(tmpdir(), `km-hostile-${process.pid}`);
  const nodes = [
    text('name', target),
    node('w', 'WriteFile', ['name:output:0', 'name:output:0']),
    node('y', 'Identity', ['x', '^w'], T),
  ];
  expect(String(await outcome(await modelOf(nodes)))).toMatch(/touch files or processes/);
  expect(existsSync(target)).toBe(false);
});

test.each(['PyFunc', 'EagerPyFunc'])('%s in a SavedModel is not run', async (op) => {
  const types = { Tin: { list: { type: [FLOAT] } }, Tout: { list: { type: [FLOAT] } } };
  const nodes = [node('y', op, ['x'], { token: { s: Buffer.from('pyfunc_0') }, ...types })];
  expect(String(await outcome(await modelOf(nodes)))).toMatch(/touch files or processes/);
});

/** A model with functions in place of its classes, its graph changed; loads it and calls it. */
async function fuzzed(change: (bytes: Uint8Array) => Uint8Array): Promise<unknown> {
  const archive = await zipStore(memorySource(readFixture('revived/tf-2.15.1.zip'), 'revived'));
  const store = memoryStore();
  for (const file of FILES) {
    const source = await archive.open(`nested_parts/model/${file}`);
    if (source === undefined) continue;
    const bytes = await readAll(source);
    await store.write(`m/${file}`, [file === 'saved_model.pb' ? change(bytes.slice()) : bytes]);
  }
  try {
    const model = await models.load_model({ store, path: 'm' });
    for (const weight of model.weights) weight.values();
    model.dispose();
    return undefined;
  } catch (error) {
    return error;
  }
}

const FILES = [
  'saved_model.pb',
  'keras_metadata.pb',
  'variables/variables.index',
  'variables/variables.data-00000-of-00001',
];

test('a SavedModel that is cut anywhere is a KmError', async () => {
  expect(await fuzzed((bytes) => bytes)).toBeUndefined();
  for (let length = 1; length < 1 << 17; length *= 2) {
    const error = await fuzzed((bytes) => bytes.slice(0, Math.min(length, bytes.length - 1)));
    expect(isKmError(error)).toBe(true);
  }
});

test('a changed byte of a SavedModel is a KmError, or does no harm', async () => {
  const failed = new Set<string>();
  for (let at = 1; at < 60_000; at += 2999) {
    const error = await fuzzed((bytes) => {
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ 0x5a;
      return bytes;
    });
    if (error !== undefined && !isKmError(error)) failed.add(`${at}: ${String(error)}`);
  }
  expect([...failed]).toEqual([]);
});
