import { expect, test } from '@jest/globals';
import { type GraphExecutor, HostTensor, runnableOps, type Value } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { opDef } from '../src/executor/op-def.ts';
import { executorOf, useBackend } from './executor-cases.ts';
import {
  callNode,
  constant,
  FLOAT,
  functionDef,
  INT32,
  INT64,
  node,
  STRING,
} from './graph-builder.ts';

const t = { T: FLOAT };

function number(values: readonly Value[], index = 0): number {
  const value = values[index];
  if (!(value instanceof tf.Tensor)) throw new TypeError('a tensor is expected');
  return value.dataSync()[0] ?? Number.NaN;
}

test('every op that runs has a definition', () => {
  expect(runnableOps().filter((op) => opDef(op) === undefined)).toEqual([]);
  expect(runnableOps().length).toBeGreaterThan(550);
});

test('a function of ten thousand nodes in a chain compiles and runs', async () => {
  await useBackend('cpu');
  const nodes = Array.from({ length: 10_000 }, (_, i) =>
    node(`n${i}`, 'Neg', [i === 0 ? 'x' : `n${i - 1}:y:0`], t),
  );
  const executor = executorOf([
    functionDef('main', { args: { x: FLOAT }, nodes, returns: { y: 'n9999:y:0' } }),
  ]);
  const main = executor.function('main');
  expect(number(main.run([tf.scalar(3)]))).toBe(3);
});

test('nodes that nothing needs do not run', async () => {
  await useBackend('cpu');
  const executor = executorOf([
    functionDef('main', {
      args: { x: FLOAT },
      nodes: [node('y', 'Neg', ['x'], t), node('unused', 'FancyOp', ['x'], t)],
      returns: { y: 'y:y:0' },
    }),
  ]);
  expect(number(executor.function('main').run([tf.scalar(3)]))).toBe(-3);
});

test('what control outputs name runs for its effect', async () => {
  await useBackend('cpu');
  const printed: string[] = [];
  const print = node('print', 'PrintV2', ['text']);
  const parts = { args: { text: STRING }, nodes: [print], returns: {} };
  const run = (controls: Record<string, string>): void => {
    const executor = executorOf([functionDef('main', { ...parts, controls })], {
      print: (text) => printed.push(text),
    });
    executor.function('main').run([tf.tensor('hello', [], 'string')]);
  };
  run({ print: 'print' });
  // Functions of the first releases name none; their effects happen all the same.
  run({});
  expect(printed).toEqual(['hello', 'hello']);
});

test('intermediate tensors are freed while a function runs', async () => {
  await useBackend('cpu');
  const peaks: number[] = [];
  const steps = Array.from({ length: 50 }, (_, i) =>
    node(`n${i}`, 'Neg', [i === 0 ? 'x' : `n${i - 1}:y:0`], t),
  );
  const printing = node('p', 'Print', ['n49:y:0', 'n49:y:0'], {
    ...t,
    U: { list: { type: [FLOAT] } },
  });
  const executor = executorOf(
    [
      functionDef('main', {
        args: { x: FLOAT },
        nodes: [...steps, printing],
        returns: { y: 'p:output:0' },
      }),
    ],
    { print: () => peaks.push(tf.memory().numTensors) },
  );
  const before = tf.memory().numTensors;
  executor.function('main').run([tf.scalar(1)]);
  expect((peaks[0] ?? Number.NaN) - before).toBeLessThan(5);
});

test('results that are inputs, constants or one another belong to the caller', async () => {
  await useBackend('cpu');
  const executor = executorOf([
    functionDef('main', {
      args: { x: FLOAT },
      nodes: [constant('c', [5]), callNode('again', 'inner', ['x'], 3), node('y', 'Neg', ['x'], t)],
      returns: {
        same: 'x',
        c: 'c:output:0',
        y: 'y:y:0',
        y2: 'y:y:0',
        a: 'again:output:0',
        b: 'again:output:1',
        d: 'again:output:2',
      },
    }),
    functionDef('inner', {
      args: { x: FLOAT },
      nodes: [node('z', 'Square', ['x'], t)],
      returns: { x: 'x', z: 'z:y:0', z2: 'z:y:0' },
    }),
  ]);
  const x = tf.scalar(3);
  const main = executor.function('main');
  for (let run = 0; run < 2; run++) {
    const values = main.call([x]);
    expect(values.map((value) => value.dataSync()[0])).toEqual([3, 5, -3, -3, 3, 9, 9]);
    tf.dispose(values);
  }
  expect(x.isDisposed).toBe(false);
});

test('integers of 64 bits stay exact and are refused where they do not fit', async () => {
  await useBackend('cpu');
  const executor = executorOf([
    functionDef('main', {
      args: { x: INT64 },
      nodes: [node('y', 'Mul', ['x', 'x'], { T: INT64 })],
      returns: { y: 'y:z:0' },
      types: { y: INT64 },
    }),
  ]);
  const main = executor.function('main');
  const data = BigInt64Array.of(3_000_000_001n, -7n);
  expect(main.callRecords([{ dtype: 'int64', shape: [2], data }])).toEqual([
    { dtype: 'int64', shape: [2], data: BigInt64Array.of(9_000_000_006_000_000_001n, 49n) },
  ]);
  expect(main.call([tf.scalar(7, 'int32')])[0]?.dataSync()[0]).toBe(49);
  expect(() => main.call([tf.scalar(100_000, 'int32')])).toThrow(/does not fit into the 32 bits/);
});

test('inputs of a wrong number or type are mistakes of the caller', async () => {
  await useBackend('cpu');
  const executor = executorOf([
    functionDef('main', {
      args: { x: FLOAT },
      nodes: [node('y', 'Neg', ['x'], t)],
      returns: { y: 'y:y:0' },
    }),
  ]);
  const main = executor.function('main');
  expect(() => main.run([])).toThrow(TypeError);
  expect(() => main.run([tf.scalar(1, 'int32')])).toThrow(/takes x as float32/);
  expect(() => main.run([new HostTensor('int64', [], [1])])).toThrow(/got int64/);
});

test('shapes are computed without reading tensors, so that the shape-only backend can run functions', async () => {
  const { inferShapes } = await import('@km/graph');
  const executor = executorOf([
    functionDef('main', {
      args: { x: FLOAT },
      nodes: [
        node('shape', 'Shape', ['x'], t),
        constant('zero', [0], [1], INT32),
        constant('one', [1], [1], INT32),
        node(
          'rows',
          'StridedSlice',
          ['shape:output:0', 'zero:output:0', 'one:output:0', 'one:output:0'],
          {
            T: INT32,
            Index: INT32,
            shrink_axis_mask: { i: 1n },
          },
        ),
        constant('width', [6], [], INT32),
        node('wanted', 'Pack', ['rows:output:0', 'width:output:0'], { T: INT32, N: { i: 2n } }),
        node('y', 'Reshape', ['x', 'wanted:output:0'], t),
      ],
      returns: { y: 'y:output:0' },
    }),
  ]);
  const main = executor.function('main');
  const [spec] = inferShapes((x) => main.call([x]), [{ shape: [null, 2, 3], dtype: 'float32' }]);
  expect(spec?.shape).toEqual([null, 6]);
});

test('programs share nothing but what they are given', async () => {
  await useBackend('cpu');
  const variable = (): GraphExecutor =>
    executorOf([
      functionDef('main', {
        args: { x: FLOAT },
        nodes: [
          node('v', 'VarHandleOp', [], {
            dtype: FLOAT,
            shape: { shape: { dim: [] } },
            shared_name: { s: new TextEncoder().encode('v') },
          }),
          node('ready', 'VarIsInitializedOp', ['v:resource:0']),
          node('set', 'AssignVariableOp', ['v:resource:0', 'x', '^ready'], { dtype: FLOAT }),
        ],
        returns: { ready: 'ready:is_initialized:0' },
        types: { ready: 10 },
        controls: { set: 'set' },
      }),
    ]);
  const [first, second] = [variable().function('main'), variable().function('main')];
  const isReady = (main: typeof first): number =>
    Number(main.call([tf.scalar(1)])[0]?.dataSync()[0]);
  expect([isReady(first), isReady(first), isReady(second)]).toEqual([0, 1, 0]);
});

const product = [
  node('p', 'MatMul', ['x', 'w'], t),
  node('b', 'BiasAdd', ['p:product:0', 'bias'], t),
  node('r', 'Relu', ['b:output:0'], t),
];
const productArgs = { x: FLOAT, w: FLOAT, bias: FLOAT };

test.each(['cpu', 'wasm'])(
  'a product with bias and activation is one step (%s)',
  async (backend) => {
    await useBackend(backend);
    const alone = { args: productArgs, nodes: product, returns: { y: 'r:activations:0' } };
    const shared = { ...alone, returns: { ...alone.returns, p: 'p:product:0', b: 'b:output:0' } };
    const executor = executorOf([functionDef('alone', alone), functionDef('shared', shared)]);
    const inputs = [
      tf.tensor2d([[1, -2]]),
      tf.tensor2d([
        [1, 2, 3],
        [0, 1, 4],
      ]),
      tf.tensor1d([1, -1, 0]),
    ];
    const values = (name: string): number[][] =>
      executor
        .function(name)
        .call(inputs)
        .map((value) => Array.from(value.dataSync()));
    expect(values('alone')).toEqual([[2, 0, 0]]);
    expect(values('shared')).toEqual([
      [2, 0, 0],
      [1, 0, -5],
      [2, -1, -5],
    ]);
    const slopes = tf.grads((...given: tf.Tensor[]) =>
      tf.sum(executor.function('alone').call(given)[0] as tf.Tensor),
    )(inputs);
    expect(slopes.map((slope) => Array.from(slope.dataSync()))).toEqual([
      [1, 0],
      [1, 0, 0, -2, 0, 0],
      [1, 0, 0],
    ]);
  },
);

test('a step that stands for several nodes names the first in its errors', async () => {
  await useBackend('cpu');
  const executor = executorOf([
    functionDef('main', { args: productArgs, nodes: product, returns: { y: 'r:activations:0' } }),
  ]);
  const run = (): unknown =>
    executor.function('main').call([tf.ones([1, 2]), tf.ones([3, 3]), tf.ones([3])]);
  expect(run).toThrow(/Node 'p' \(MatMul\) of main: Matrices of shapes \[1, 2\] and \[3, 3\]/);
});
