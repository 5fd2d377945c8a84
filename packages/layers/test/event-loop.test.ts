import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { callbacks, layers, ready, Sequential } from '../src/index.ts';

beforeAll(() => ready('cpu'));

function small(): Sequential {
  const model = new Sequential([new layers.Dense({ units: 1, input_shape: [2] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

test('timers go on during a training of many epochs that are each shorter than a pause', async () => {
  let fired = 0;
  let firedInTraining = 0;
  const timer = setInterval(() => {
    fired += 1;
  }, 20);
  const busy = new callbacks.LambdaCallback({
    on_epoch_end: () => {
      firedInTraining = fired;
      const end = Date.now() + 5;
      while (Date.now() < end);
    },
  });
  const [x, y] = [tf.ones([4, 2]), tf.zeros([4, 1])];
  await small().fit(x, y, { epochs: 60, verbose: 0, callbacks: [busy] });
  clearInterval(timer);
  expect(firedInTraining).toBeGreaterThanOrEqual(3);
});

test('a thousand steps of training and predicting leave no tensor behind', async () => {
  const model = small();
  const [x, y] = [tf.ones([4, 2]), tf.zeros([4, 1])];
  const round = async (): Promise<void> => {
    await model.train_on_batch(x, y);
    tf.dispose(await model.predict_on_batch(x));
  };
  await round();
  const { numTensors, numBytes } = tf.memory();
  for (let step = 0; step < 1000; step++) await round();
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
});
