import { expect, test } from '@jest/globals';
import {
  FunctionLibrary,
  GraphExecutor,
  inferShapes,
  metaKernel,
  registerGradients,
  registerMetaKernel,
  trace,
  withMetaBackend,
} from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { FLOAT, functionDef, node } from './graph-builder.ts';

test('the examples of the README work', async () => {
  await tf.setBackend('wasm');
  expect(
    inferShapes((x) => tf.matMul(x, tf.ones([4, 2])), [{ shape: [null, 4], dtype: 'float32' }]),
  ).toEqual([{ shape: [null, 2], dtype: 'float32' }]);
  registerMetaKernel(
    metaKernel<{ readonly rows: number }>('MyKernel', (_, { rows }) => ({
      shape: [rows],
      dtype: 'float32',
    })),
  );
  const shape = withMetaBackend(() => {
    const made: tf.Tensor = tf.engine().runKernel('MyKernel', {}, { rows: 3 });
    return made.shape;
  });
  expect(shape).toEqual([3]);
});

test('the example of the README traces a function', async () => {
  await tf.setBackend('wasm');
  const library = new FunctionLibrary();
  const flatten = trace(
    (x) => tf.reshape(x as tf.Tensor, [x?.shape[0] ?? 1, 12]),
    [{ shape: [null, 3, 4], dtype: 'float32' }],
    { name: '__inference_flatten', library },
  );
  expect(flatten.outputs).toEqual([{ shape: [null, 12], dtype: 'float32' }]);
  expect(library.definitions.map(({ signature }) => signature?.name)).toEqual([flatten.name]);
});

test('the example of the README runs a function', async () => {
  await tf.setBackend('wasm');
  registerGradients();
  const definition = functionDef('double', {
    args: { x: FLOAT },
    nodes: [node('y', 'AddV2', ['x', 'x'], { T: FLOAT })],
    returns: { y: 'y:z:0' },
  });
  const definitions = new Map([['double', definition]]);
  const executor = new GraphExecutor({ get: (name) => definitions.get(name) });
  const double = executor.function('double');
  expect(double.inputs).toEqual([{ name: 'x', dtype: 'float32' }]);
  const [y] = double.call([tf.tensor1d([1, 2])]);
  expect(Array.from(y?.dataSync() ?? [])).toEqual([2, 4]);
});
