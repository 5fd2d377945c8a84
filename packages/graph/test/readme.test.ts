import { expect, test } from '@jest/globals';
import { inferShapes, metaKernel, registerMetaKernel, withMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';

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
