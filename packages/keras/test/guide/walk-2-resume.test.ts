import { memoryStore } from '@km/core';
import { Input, layers, Model, models, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { digests } from '../fixture-models.ts';

beforeAll(() => ready());

test.each(['h5', 'keras', 'tf'])(
  'walk 2: a functional model goes on training after a way through %s',
  async (save_format) => {
    const inputs = Input({ shape: [32] });
    const outputs = new layers.Dense({ units: 1 }).apply(inputs);
    const model = new Model({ inputs, outputs });
    model.compile({ optimizer: 'adam', loss: 'mean_squared_error' });
    const [x, y] = [tf.randomUniform([128, 32]), tf.randomUniform([128, 1])];
    await model.fit(x, y, { verbose: 0, shuffle: false });
    const store = memoryStore();
    await model.save({ store, path: 'my_model' }, { save_format });
    const loaded = await models.load_model({ store, path: 'my_model' });
    expect(loaded.apply(x).dataSync()).toEqual(model.apply(x).dataSync());
    expect(loaded.compiled).toBe(true);
    expect(digests(loaded.optimizer?.variables ?? [])).toEqual(
      digests(model.optimizer?.variables ?? []),
    );
    await model.fit(x, y, { verbose: 0, shuffle: false });
    await loaded.fit(x, y, { verbose: 0, shuffle: false });
    expect(digests(loaded.weights)).toEqual(digests(model.weights));
  },
);

test('walk 2: the directory of a SavedModel lists what the guide names', async () => {
  const inputs = Input({ shape: [32] });
  const outputs = new layers.Dense({ units: 1 }).apply(inputs);
  const model = new Model({ inputs, outputs });
  const store = memoryStore();
  await model.save({ store, path: 'my_model' });
  const names = [...store.objects.keys()].map((key) => key.split('/')[1] ?? '');
  expect([...new Set(names)].sort()).toEqual([
    'fingerprint.pb',
    'keras_metadata.pb',
    'saved_model.pb',
    'variables',
  ]);
});
