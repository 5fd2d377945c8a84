import '@tensorflow/tfjs-backend-cpu';
import {
  Layer,
  layers,
  models,
  ready,
  register_keras_serializable,
  Sequential,
  type Shape,
  type Variable,
} from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';

class Scale extends Layer {
  static override readonly className: string = 'Scale';
  factor: Variable | null = null;

  override build(input_shape: Shape): void {
    const shape = [input_shape.at(-1) ?? 1];
    this.factor = this.add_weight({ name: 'factor', shape, initializer: 'ones' });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.factor === null ? inputs : tf.mul(inputs, this.factor.read());
  }
}

test('the examples of the README do what they say', async () => {
  expect(await ready()).toBe('cpu');
  const model = new Sequential([
    new layers.Dense({ units: 8, activation: 'relu', input_shape: [4] }),
    new Scale(),
    new layers.Dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  const x = tf.randomUniform([64, 4]);
  const y = tf.sum(x, 1, true);
  const { history } = await model.fit(x, y, { epochs: 5, batch_size: 32, verbose: 0 });
  expect(Object.keys(history)).toEqual(['loss', 'mae']);
  const [first, , , , last] = history.loss as [number, number, number, number, number];
  expect(last).toBeLessThan(first);

  const again = models.model_from_json(model.to_json(), { Scale });
  again.get_layer('dense_1').trainable = false;
  again.set_weights(model.get_weights());
  expect(again.trainable_weights).toHaveLength(3);
  expect(again.apply(x).arraySync()).toEqual(model.apply(x).arraySync());

  register_keras_serializable('Demo')(Scale);
  expect(model.to_json()).toContain('"class_name": "Demo>Scale"');
  expect(models.model_from_json(model.to_json()).count_params()).toBe(model.count_params());
});
