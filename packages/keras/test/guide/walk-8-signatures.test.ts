import { memoryStore } from '@km/core';
import { layers, ready, Sequential, saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

test('walk 8: two signatures are called by name after loading', async () => {
  const model = new Sequential([new layers.Dense({ units: 3, input_shape: [4], name: 'logits' })]);
  const serving_default = (x: tf.Tensor): tf.Tensor => model.apply(x);
  const probabilities = saved_model.signature(
    (x: tf.Tensor) => ({ probabilities: tf.softmax(model.apply<tf.Tensor>(x)) }),
    [{ shape: [null, 4], dtype: 'float32', name: 'x' }],
  );
  const store = memoryStore();
  await model.save({ store, path: 'm' }, { signatures: { serving_default, probabilities } });
  const { signatures } = await saved_model.load({ store, path: 'm' });
  expect(Object.keys(signatures).sort()).toEqual(['probabilities', 'serving_default']);
  const x = tf.randomUniform([5, 4]);
  const logits = model.apply<tf.Tensor>(x);
  const [input] = signatures.serving_default?.inputs ?? [];
  const plain = signatures.serving_default?.({ [input?.name ?? '']: x });
  expect(plain?.output_0?.dataSync()).toEqual(logits.dataSync());
  const found = signatures.probabilities?.({ x })?.probabilities;
  expect(found?.dataSync()).toEqual(tf.softmax(logits).dataSync());
});
