import type { FunctionDef, NodeDef } from '@km/proto/saved-model';
import {
  type ConcreteFunction,
  type SavedEdge,
  type SavedModelParts,
  type SavedNode,
  type SavedNodeKind,
  type Structure,
  tensorDTypeCode,
} from '@km/savedmodel';
import { utf8 } from './support.ts';

function node(id: number, value: SavedNodeKind, children: readonly SavedEdge[] = []): SavedNode {
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

function user(identifier: string): SavedNodeKind {
  return { kind: 'userObject', identifier, producer: 1, minConsumer: 1, metadata: '' };
}

function spec(
  name: string,
  shape: readonly (number | null)[],
  dtype: 'float32' | 'int64' | 'string' | 'resource',
) {
  return { kind: 'tensorSpec', name, shape, dtype } as const;
}

const FLOAT = tensorDTypeCode('float32');
const TEXT = tensorDTypeCode('string');
const INT64 = tensorDTypeCode('int64');
const RESOURCE = tensorDTypeCode('resource');

const NONE: Structure = { kind: 'none' };
const EMPTY: Structure = { kind: 'list', items: [] };

/** A function that Python calls without arguments. */
function plain(name: string): SavedNodeKind {
  const fields: [string, Structure][] = [
    ['args', EMPTY],
    ['varargs', NONE],
    ['varkw', NONE],
    ['defaults', NONE],
    ['kwonlyargs', EMPTY],
    ['kwonlydefaults', { kind: 'dict', entries: new Map() }],
    ['annotations', { kind: 'dict', entries: new Map() }],
  ];
  return {
    kind: 'function',
    concreteFunctions: [name],
    spec: {
      fullargspec: { kind: 'namedTuple', name: 'FullArgSpec', entries: new Map(fields) },
      isMethod: false,
      inputSignature: NONE,
      jitCompile: 0,
    },
  };
}

function concrete(
  name: string,
  boundInputs: readonly number[],
  keywords: readonly (readonly [string, Structure])[],
  outputSignature: Structure,
): [string, ConcreteFunction] {
  const inputSignature: Structure = {
    kind: 'tuple',
    items: [
      { kind: 'tuple', items: [] },
      { kind: 'dict', entries: new Map(keywords) },
    ],
  };
  return [name, { name, boundInputs, inputSignature, outputSignature }];
}

function definition(
  name: string,
  inputs: readonly (readonly [string, number])[],
  outputs: readonly (readonly [string, number, string])[],
  nodeDef: NodeDef.$Properties[],
  after: readonly string[] = [],
): FunctionDef.$Properties {
  return {
    signature: {
      name,
      inputArg: inputs.map(([arg, type]) => ({ name: arg, type })),
      outputArg: outputs.map(([out, type]) => ({ name: out, type })),
      controlOutput: [...after],
      isStateful: true,
    },
    nodeDef,
    ret: Object.fromEntries(outputs.map(([out, , ref]) => [out, ref])),
    controlRet: Object.fromEntries(after.map((step) => [step, step])),
  };
}

const one: NodeDef.$Properties = {
  name: 'Const',
  op: 'Const',
  attr: {
    dtype: { type: INT64 },
    value: { tensor: { dtype: INT64, tensorShape: {}, int64Val: [1n] } },
  },
};

/**
 * Parts of a small model: a variable, and a table from words to numbers that is filled from a file; the signature
 * multiplies numbers by the variable and looks words up.
 */
export function smallParts(): SavedModelParts {
  const signature = '__inference_signature_wrapper_0';
  const nodes = [
    node(0, user('_generic_user_object'), [
      { name: 'v', node: 1 },
      { name: 'table', node: 2 },
      { name: 'signatures', node: 7 },
    ]),
    node(1, {
      kind: 'variable',
      dtype: 'float32',
      shape: [2],
      trainable: true,
      synchronization: 0,
      aggregation: 0,
      name: 'v',
      device: '',
      components: [],
    }),
    node(2, { kind: 'resource', device: '' }, [
      { name: '_create_resource', node: 4 },
      { name: '_initialize', node: 5 },
      { name: '_destroy_resource', node: 6 },
      { name: '_file', node: 3 },
    ]),
    node(3, { kind: 'asset', asset: 0 }),
    node(4, plain('__inference__creator_1')),
    node(5, plain('__inference__initializer_2')),
    node(6, plain('__inference__destroyer_3')),
    node(7, user('signature_map'), [{ name: 'serving_default', node: 8 }]),
    node(8, {
      kind: 'bareConcreteFunction',
      concreteFunction: signature,
      argumentKeywords: ['word', 'x'],
      allowedPositionalArguments: 0,
      spec: undefined,
    }),
    node(9, { kind: 'constant', operation: 'unknown_word' }),
  ];
  const nothing = spec('', [], 'int64');
  const concreteFunctions = new Map([
    concrete(
      signature,
      [1, 2, 9],
      [
        ['word', spec('word', [null], 'string')],
        ['x', spec('x', [null, 2], 'float32')],
      ],
      {
        kind: 'dict',
        entries: new Map([
          ['id', spec('id', [null], 'int64')],
          ['y', spec('y', [null, 2], 'float32')],
        ]),
      },
    ),
    concrete('__inference__creator_1', [], [], spec('', [], 'resource')),
    concrete('__inference__initializer_2', [2, 3], [], nothing),
    concrete('__inference__destroyer_3', [], [], nothing),
  ]);
  return {
    objects: { nodes, concreteFunctions },
    functions: functionDefinitions(signature),
    constants: new Map([
      ['unknown_word', { dtype: 'int64', shape: [], data: BigInt64Array.of(-1n) }],
    ]),
    signatures: new Map([['serving_default', signature]]),
    variables: {
      objects: {
        nodes: [
          { children: [{ name: 'v', node: 1 }], attributes: [], slots: [], hasValues: true },
          {
            children: [],
            attributes: [
              { name: 'VARIABLE_VALUE', fullName: 'v', key: 'v/.ATTRIBUTES/VARIABLE_VALUE' },
            ],
            slots: [],
            hasValues: true,
          },
        ],
      },
      tensors: [
        [
          'v/.ATTRIBUTES/VARIABLE_VALUE',
          { dtype: 'float32', shape: [2], data: Float32Array.of(3, -0.5) },
        ],
      ],
      keys: new Map([[1, 'v/.ATTRIBUTES/VARIABLE_VALUE']]),
    },
    assets: [{ filename: 'words.txt', data: [utf8('red\ngreen\n')] }],
  };
}

function functionDefinitions(signature: string): FunctionDef.$Properties[] {
  const table = { key_dtype: { type: TEXT }, value_dtype: { type: INT64 } };
  return [
    definition(
      signature,
      [
        ['word', TEXT],
        ['x', FLOAT],
        ['v', RESOURCE],
        ['table', RESOURCE],
        ['unknown', INT64],
      ],
      [
        ['identity', INT64, 'find:values:0'],
        ['identity_1', FLOAT, 'Mul:z:0'],
      ],
      [
        { name: 'read', op: 'ReadVariableOp', input: ['v'], attr: { dtype: { type: FLOAT } } },
        { name: 'Mul', op: 'Mul', input: ['x', 'read:value:0'], attr: { T: { type: FLOAT } } },
        {
          name: 'find',
          op: 'LookupTableFindV2',
          input: ['table', 'word', 'unknown'],
          attr: { Tin: { type: TEXT }, Tout: { type: INT64 } },
        },
      ],
    ),
    definition(
      '__inference__creator_1',
      [],
      [['identity', RESOURCE, 'hash_table:table_handle:0']],
      [
        {
          name: 'hash_table',
          op: 'HashTableV2',
          attr: { ...table, shared_name: { s: utf8('words') } },
        },
      ],
    ),
    definition(
      '__inference__initializer_2',
      [
        ['table', RESOURCE],
        ['file', TEXT],
      ],
      [['identity', INT64, 'Const:output:0']],
      [
        {
          name: 'fill',
          op: 'InitializeTableFromTextFileV2',
          input: ['table', 'file'],
          attr: { key_index: { i: -2n }, value_index: { i: -1n } },
        },
        one,
      ],
      ['fill'],
    ),
    definition('__inference__destroyer_3', [], [['identity', INT64, 'Const:output:0']], [one]),
  ];
}
