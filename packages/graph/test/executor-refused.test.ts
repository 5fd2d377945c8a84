import { expect, test } from '@jest/globals';
import { isKmError, type KmErrorCode } from '@km/core';
import type { FunctionDef } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import { executorOf, useBackend } from './executor-cases.ts';
import {
  BOOL,
  callNode,
  constant,
  FLOAT,
  functionDef,
  INT32,
  INT64,
  node,
  STRING,
} from './graph-builder.ts';

interface Hostile {
  readonly name: string;
  readonly code: KmErrorCode;
  readonly says: RegExp;
  readonly functions: readonly FunctionDef[];
  /** True when it compiles and only its call fails. */
  readonly atCall?: boolean;
}

const t = { T: FLOAT };

function one(...nodes: Parameters<typeof functionDef>[1]['nodes']): FunctionDef[] {
  return [functionDef('main', { args: { x: FLOAT }, nodes, returns: { y: 'y:z:0' } })];
}

const endless = [
  functionDef('main', {
    args: { x: FLOAT },
    nodes: [
      node('y', 'StatelessWhile', ['x'], {
        T: { list: { type: [FLOAT] } },
        cond: 'always',
        body: 'step',
      }),
    ],
    returns: { y: 'y:output:0' },
  }),
  functionDef('always', {
    args: { x: FLOAT },
    nodes: [node('yes', 'GreaterEqual', ['x', 'x'], t)],
    returns: { yes: 'yes:z:0' },
    types: { yes: BOOL },
  }),
  functionDef('step', {
    args: { x: FLOAT },
    nodes: [node('z', 'Neg', ['x'], t)],
    returns: { z: 'z:y:0' },
  }),
];

/** Every function calls the next one ten times. */
const multiplying = Array.from({ length: 12 }, (_, level) => {
  const callee = level === 11 ? null : `f${level + 1}`;
  const nodes = Array.from({ length: 10 }, (_unused, i) => {
    const input = i === 0 ? 'x' : callee === null ? `n${i - 1}:y:0` : `n${i - 1}:output:0`;
    return callee === null ? node(`n${i}`, 'Neg', [input], t) : callNode(`n${i}`, callee, [input]);
  });
  const returns = { y: callee === null ? 'n9:y:0' : 'n9:output:0' };
  return functionDef(level === 0 ? 'main' : `f${level}`, { args: { x: FLOAT }, nodes, returns });
});

const chain = Array.from({ length: 150 }, (_, level) =>
  functionDef(level === 0 ? 'main' : `g${level}`, {
    args: { x: FLOAT },
    nodes: [level === 149 ? node('n', 'Neg', ['x'], t) : callNode('n', `g${level + 1}`, ['x'])],
    returns: { y: level === 149 ? 'n:y:0' : 'n:output:0' },
  }),
);

function shapeOp(op: string, attrs: object, shape: readonly number[]): FunctionDef[] {
  return [
    functionDef('main', {
      args: { x: FLOAT },
      nodes: [
        constant('shape', shape, [shape.length], INT32),
        node('y', op, op === 'Fill' ? ['shape:output:0', 'x'] : ['x', 'shape:output:0'], {
          ...t,
          ...attrs,
        }),
      ],
      returns: { y: 'y:output:0' },
    }),
  ];
}

function listOf(i: readonly number[]): { readonly list: { readonly i: bigint[] } } {
  return { list: { i: i.map(BigInt) } };
}

function textOf(text: string): { readonly s: Uint8Array } {
  return { s: new TextEncoder().encode(text) };
}

function pooled({
  strides,
  padding,
}: {
  readonly strides: readonly number[];
  readonly padding: string;
}): FunctionDef[] {
  const attrs = {
    ...t,
    ksize: listOf([1, 2, 2, 1]),
    strides: listOf(strides),
    padding: textOf(padding),
    explicit_paddings: listOf([0, 0, 1, 1, 0, 2, 0, 0]),
  };
  return [
    functionDef('main', {
      args: { x: FLOAT },
      nodes: [node('y', 'MaxPool', ['x'], attrs)],
      returns: { y: 'y:output:0' },
    }),
  ];
}

const cases: readonly Hostile[] = [
  {
    name: 'an op that nobody knows',
    code: 'KM_UNSUPPORTED',
    says: /'strange' \(FancyOp\) of main/,
    functions: one(
      node('strange', 'FancyOp', ['x'], t),
      node('y', 'AddV2', ['x', 'strange:o:0'], t),
    ),
  },
  {
    name: 'an unknown op in a function that is called',
    code: 'KM_UNSUPPORTED',
    says: /'strange' \(FancyOp\) of inner/,
    functions: [
      functionDef('main', {
        args: { x: FLOAT },
        nodes: [callNode('c', 'inner', ['x'])],
        returns: { y: 'c:output:0' },
      }),
      functionDef('inner', {
        args: { x: FLOAT },
        nodes: [node('strange', 'FancyOp', ['x'], t)],
        returns: { y: 'strange:o:0' },
      }),
    ],
  },
  {
    name: 'a cycle',
    code: 'KM_MALFORMED',
    says: /cycle/,
    functions: one(node('a', 'Neg', ['y:z:0'], t), node('y', 'AddV2', ['x', 'a:y:0'], t)),
  },
  {
    name: 'a node that needs itself',
    code: 'KM_MALFORMED',
    says: /cycle/,
    functions: one(node('y', 'AddV2', ['x', 'y:z:0'], t)),
  },
  {
    name: 'a function that calls itself',
    code: 'KM_MALFORMED',
    says: /calls itself/,
    functions: [
      functionDef('main', {
        args: { x: FLOAT },
        nodes: [callNode('c', 'main', ['x'])],
        returns: { y: 'c:output:0' },
      }),
    ],
  },
  {
    name: 'functions that call each other',
    code: 'KM_MALFORMED',
    says: /calls itself/,
    functions: ['main', 'other'].map((name, i) =>
      functionDef(name, {
        args: { x: FLOAT },
        nodes: [callNode('c', i === 0 ? 'other' : 'main', ['x'])],
        returns: { y: 'c:output:0' },
      }),
    ),
  },
  { name: 'calls that nest too deep', code: 'KM_MALFORMED', says: /nest deeper/, functions: chain },
  {
    name: 'a function that is missing',
    code: 'KM_NOT_FOUND',
    says: /no function nowhere/,
    functions: [
      functionDef('main', {
        args: { x: FLOAT },
        nodes: [callNode('c', 'nowhere', ['x'])],
        returns: { y: 'c:output:0' },
      }),
    ],
  },
  {
    name: 'a name that leads nowhere',
    code: 'KM_MALFORMED',
    says: /'ghost'/,
    functions: one(node('y', 'AddV2', ['x', 'ghost:z:0'], t)),
  },
  {
    name: 'an output that the op does not have',
    code: 'KM_MALFORMED',
    says: /does not have/,
    functions: one(node('a', 'Neg', ['x'], t), node('y', 'AddV2', ['x', 'a:nothing:0'], t)),
  },
  {
    name: 'two nodes of one name',
    code: 'KM_MALFORMED',
    says: /two nodes 'y'/,
    functions: one(node('y', 'AddV2', ['x', 'x'], t), node('y', 'AddV2', ['x', 'x'], t)),
  },
  {
    name: 'too few inputs',
    code: 'KM_MALFORMED',
    says: /has 1 inputs but takes 2/,
    functions: one(node('y', 'AddV2', ['x'], t)),
  },
  {
    name: 'too many inputs',
    code: 'KM_MALFORMED',
    says: /has 3 inputs but takes 2/,
    functions: one(node('y', 'AddV2', ['x', 'x', 'x'], t)),
  },
  {
    name: 'mixed types',
    code: 'KM_MALFORMED',
    says: /takes y:0 as float32 but gets int32/,
    functions: one(constant('i', [1], [], INT32), node('y', 'AddV2', ['x', 'i:output:0'], t)),
  },
  {
    name: 'an attribute that is missing',
    code: 'KM_MALFORMED',
    says: /lacks the attribute 'T'/,
    functions: one(node('y', 'AddV2', ['x', 'x'])),
  },
  {
    name: 'an attribute of a wrong kind',
    code: 'KM_MALFORMED',
    says: /wrong type of attribute 'T'/,
    functions: one(node('y', 'AddV2', ['x', 'x'], { T: { i: 1n } })),
  },
  {
    name: 'a call with a wrong number of arguments',
    code: 'KM_MALFORMED',
    says: /passes 2 arguments to inner/,
    functions: [
      functionDef('main', {
        args: { x: FLOAT },
        nodes: [callNode('c', 'inner', ['x', 'x'])],
        returns: { y: 'c:output:0' },
      }),
      functionDef('inner', {
        args: { x: FLOAT },
        nodes: [node('n', 'Neg', ['x'], t)],
        returns: { y: 'n:y:0' },
      }),
    ],
  },
  {
    name: 'a list of a billion tensors',
    code: 'KM_MALFORMED',
    says: /1000000000 tensors/,
    functions: one(
      node('s', 'Split', ['x', 'x'], { ...t, num_split: { i: 1_000_000_000n } }),
      node('y', 'AddV2', ['x', 's:output:0'], t),
    ),
  },
  {
    name: 'a constant that one value would fill with terabytes',
    code: 'KM_LIMIT',
    says: /would fill/,
    functions: one(
      constant('c', [1], [1 << 20, 1 << 20]),
      node('y', 'AddV2', ['x', 'c:output:0'], t),
    ),
  },
  {
    name: 'a constant with more values than elements',
    code: 'KM_MALFORMED',
    says: /holds 3 values/,
    functions: one(constant('c', [1, 2, 3], [2]), node('y', 'AddV2', ['x', 'c:output:0'], t)),
  },
  {
    name: 'a shape beyond all numbers',
    code: 'KM_LIMIT',
    says: /at most/,
    functions: shapeOp('Fill', {}, [2 ** 30, 2 ** 30, 2 ** 30]),
    atCall: true,
  },
  {
    name: 'a shape of negative lengths',
    code: 'KM_MALFORMED',
    says: /shape \[-3\]/,
    functions: shapeOp('Fill', {}, [-3]),
    atCall: true,
  },
  {
    name: 'a shape of another size',
    code: 'KM_MALFORMED',
    says: /cannot take the shape/,
    functions: shapeOp('Reshape', {}, [7]),
    atCall: true,
  },
  {
    name: 'a loop without end',
    code: 'KM_LIMIT',
    says: /too many nodes/,
    functions: endless,
    atCall: true,
  },
  {
    name: 'calls that multiply',
    code: 'KM_LIMIT',
    says: /too many nodes/,
    functions: multiplying,
    atCall: true,
  },
  {
    name: 'a variable in place of a number',
    code: 'KM_MALFORMED',
    says: /but gets resource/,
    functions: one(
      node('v', 'VarHandleOp', [], { dtype: FLOAT, shape: { shape: { dim: [] } } }),
      node('y', 'AddV2', ['x', 'v:resource:0'], t),
    ),
  },
  {
    name: 'a table in place of a variable',
    code: 'KM_MALFORMED',
    says: /lookup table as a variable/,
    functions: one(
      node('h', 'HashTableV2', [], { key_dtype: STRING, value_dtype: INT64 }),
      node('r', 'ReadVariableOp', ['h:table_handle:0'], { dtype: FLOAT }),
      node('y', 'AddV2', ['x', 'r:value:0'], t),
    ),
    atCall: true,
  },
  {
    name: 'a variable that has no value yet',
    code: 'KM_MALFORMED',
    says: /before it has a value/,
    functions: one(
      node('v', 'VarHandleOp', [], { dtype: FLOAT, shape: { shape: { dim: [] } } }),
      node('r', 'ReadVariableOp', ['v:resource:0'], { dtype: FLOAT }),
      node('y', 'AddV2', ['x', 'r:value:0'], t),
    ),
    atCall: true,
  },
  {
    name: 'an assertion that fails',
    code: 'KM_MALFORMED',
    says: /Assertion failed: \[2\]/,
    functions: one(
      constant('limit', [1]),
      node('low', 'Less', ['x', 'limit:output:0'], t),
      node('check', 'Assert', ['low:z:0', 'x'], { T: { list: { type: [FLOAT] } } }),
      node('y', 'AddV2', ['x', 'x', '^check'], t),
    ),
    atCall: true,
  },
  {
    name: 'an index outside of a tensor',
    code: 'KM_MALFORMED',
    says: /Node 'g' \(GatherV2\) of main/,
    functions: one(
      constant('table', [1, 2], [2]),
      constant('i', [5], [], INT32),
      constant('axis', [0], [], INT32),
      node('g', 'GatherV2', ['table:output:0', 'i:output:0', 'axis:output:0'], {
        Tparams: FLOAT,
        Tindices: INT32,
        Taxis: INT32,
      }),
      node('y', 'AddV2', ['x', 'g:output:0'], t),
    ),
    atCall: true,
  },
  {
    name: 'a type that TensorFlow does not have',
    code: 'KM_MALFORMED',
    says: /the type 99/,
    functions: one(node('y', 'AddV2', ['x', 'x'], { T: 99 })),
  },
  {
    name: 'a constant of another type than its node',
    code: 'KM_MALFORMED',
    says: /of int32 holds float32/,
    functions: one(
      node('c', 'Const', [], { dtype: INT32, value: constant('c', [1]).attr.value ?? {} }),
      node('y', 'Identity', ['x'], t),
    ).map((found) => ({ ...found, ret: { y: 'x' }, controlRet: { c: 'c' } })),
  },
  {
    name: 'a window that moves backwards',
    code: 'KM_MALFORMED',
    says: /the smallest is 1/,
    functions: pooled({ strides: [1, -1, 1, 1], padding: 'VALID' }),
  },
  {
    name: 'a padding of more axes than there are',
    code: 'KM_MALFORMED',
    says: /0 axes is padded along 4/,
    functions: pooled({ strides: [1, 1, 1, 1], padding: 'EXPLICIT' }),
    atCall: true,
  },
  {
    name: 'a padding that TensorFlow does not have',
    code: 'KM_MALFORMED',
    says: /no padding 'LEFT'/,
    functions: pooled({ strides: [1, 1, 1, 1], padding: 'LEFT' }),
  },
  ...['ReadFile', 'MatchingFiles'].map(
    (op): Hostile => ({
      name: `the op ${op}`,
      code: 'KM_UNSUPPORTED',
      says: /touch files or processes/,
      functions: [
        functionDef('main', {
          args: { x: FLOAT, name: STRING },
          nodes: [node('f', op, ['name'])],
          returns: { y: op === 'ReadFile' ? 'f:contents:0' : 'f:filenames:0' },
          types: { y: STRING },
        }),
      ],
      atCall: true,
    }),
  ),
  {
    name: 'an op that calls Python',
    code: 'KM_UNSUPPORTED',
    says: /touch files or processes/,
    functions: one(
      node('p', 'PyFunc', ['x'], {
        token: { s: new Uint8Array([112]) },
        Tin: { list: { type: [FLOAT] } },
        Tout: { list: { type: [FLOAT] } },
      }),
      node('y', 'AddV2', ['x', 'p:output:0'], t),
    ),
    atCall: true,
  },
];

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.each(cases.map((hostile): [string, Hostile] => [hostile.name, hostile]))(
  '%s is refused',
  async (_, { code, says, functions, atCall }) => {
    await useBackend('cpu');
    const tensors = tf.memory().numTensors;
    const executor = executorOf(functions, { maxSteps: 100_000 });
    const compiled = errorOf(() => executor.function('main'));
    if (atCall === true) expect(compiled).toBeUndefined();
    const error =
      compiled ??
      errorOf(() => {
        const main = executor.function('main');
        const name = tf.tensor(['/etc/hostname'], [], 'string');
        main.run([tf.scalar(2), name].slice(0, main.inputs.length));
      });
    expect(isKmError(error, code)).toBe(true);
    expect(String(error)).toMatch(says);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(tensors + 3);
  },
);

test('a gradient op that fails leaves no tensors behind', async () => {
  await useBackend('cpu');
  const attrs = {
    ...t,
    ksize: listOf([1, 2, 2, 1]),
    strides: listOf([1, 2, 2, 1]),
    padding: textOf('VALID'),
  };
  const main = executorOf([
    functionDef('main', {
      args: { x: FLOAT, dy: FLOAT },
      nodes: [node('y', 'MaxPoolGrad', ['x', 'x', 'dy'], attrs)],
      returns: { y: 'y:output:0' },
    }),
  ]).function('main');
  const inputs = [tf.ones([1, 4, 4, 1]), tf.ones([3])];
  const tensors = tf.memory().numTensors;
  expect(isKmError(errorOf(() => main.run(inputs)))).toBe(true);
  expect(tf.memory().numTensors).toBe(tensors);
});
