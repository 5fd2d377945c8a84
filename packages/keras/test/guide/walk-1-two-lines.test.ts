import { memoryStore } from '@km/core';
import { layers, models, ready, Sequential } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

test.each(['h5', 'keras', 'tf'])(
  'walk 1: a model of two lines predicts the same after a way through %s',
  async (save_format) => {
    const model = new Sequential([
      new layers.Dense({ units: 5, input_shape: [3] }),
      new layers.Softmax(),
    ]);
    const store = memoryStore();
    await model.save({ store, path: 'm' }, { save_format });
    const loaded = await models.load_model({ store, path: 'm' });
    const x = tf.randomUniform([10, 3]);
    const [before, after] = [model.apply(x), loaded.apply(x)];
    expect(after.dataSync()).toEqual(before.dataSync());
  },
);
