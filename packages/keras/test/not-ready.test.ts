import { layers, Sequential } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

test('a model is built without a backend, and the first training starts one', async () => {
  const dense = new layers.Dense({ units: 2, input_shape: [3] });
  const model = new Sequential([dense, new layers.Softmax()]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  expect(model.output_shape).toEqual([null, 2]);
  expect(model.count_params()).toBe(8);
  expect(tf.getBackend() ?? '').toBe('');
  const { warn } = console;
  const said: string[] = [];
  console.warn = (...words: unknown[]) => void said.push(...words.map(String));
  expect(() => tf.tensor([1])).toThrow('backend');
  console.warn = warn;
  expect(said.join('\n')).toContain('call `await ready()` first');
  const { history } = await model.fit([[1, 2, 3]], [[0, 1]], { verbose: 0 });
  expect(history.loss).toHaveLength(1);
  expect(tf.getBackend()).toBe('wasm');
});

test.each(['predict', 'evaluate', 'train_on_batch', 'predict_on_batch'] as const)(
  '%s starts a backend, too',
  async (method) => {
    const model = new Sequential([new layers.Dense({ units: 1, input_shape: [1] })]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const run = {
      predict: () => model.predict([[1]], { verbose: 0 }),
      evaluate: () => model.evaluate([[1]], [[1]], { verbose: 0 }),
      train_on_batch: () => model.train_on_batch([[1]], [[1]]),
      predict_on_batch: () => model.predict_on_batch([[1]]),
    };
    Reflect.set(tf.engine(), 'backendName', undefined);
    Reflect.set(tf.engine(), 'backendInstance', null);
    await run[method]();
    expect(tf.getBackend()).toBe('wasm');
  },
);
