import { memoryStore } from '@km/core';
import { layers, losses, models, optimizers, ready, Sequential } from '@km/keras';
import { uniform } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

function buildModel(): Sequential {
  const model = new Sequential([
    new layers.Flatten({ input_shape: [28, 28] }),
    new layers.Dense({ units: 128, activation: 'relu' }),
    new layers.Dropout({ rate: 0.2 }),
    new layers.Dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: new optimizers.RMSprop({ learning_rate: 0.1 }),
    loss: new losses.SparseCategoricalCrossentropy({ from_logits: true }),
    metrics: ['accuracy'],
  });
  return model;
}

test('walk 4: four ways back give the figures after training', async () => {
  const x = tf.tensor(uniform([256, 28, 28], 1, 0, 1), [256, 28, 28]);
  const y = tf.tensor(
    Int32Array.from({ length: 256 }, (_, i) => i % 10),
    [256],
    'int32',
  );
  const model = buildModel();
  const untrained = await model.evaluate(x, y, { verbose: 0 });
  await model.fit(x, y, { batch_size: 128, epochs: 2, validation_split: 0.5, verbose: 0 });
  const trained = await model.evaluate(x, y, { verbose: 0 });
  expect(trained).not.toEqual(untrained);
  const store = memoryStore();
  await model.save_weights({ store, path: 'weights.h5' });
  await model.save_weights({ store, path: 'checkpoints/weights' });
  await model.save({ store, path: 'model.h5' });
  await model.save({ store, path: 'model' });
  for (const path of ['weights.h5', 'checkpoints/weights']) {
    const fresh = buildModel();
    await fresh.load_weights({ store, path });
    expect(await fresh.evaluate(x, y, { verbose: 0 })).toEqual(trained);
  }
  for (const path of ['model.h5', 'model']) {
    const whole = await models.load_model({ store, path });
    expect(await whole.evaluate(x, y, { verbose: 0 })).toEqual(trained);
  }
  expect(new TextDecoder().decode(store.objects.get('checkpoints/checkpoint'))).toBe(
    'model_checkpoint_path: "weights"\nall_model_checkpoint_paths: "weights"\n',
  );
});
