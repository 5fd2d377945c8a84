import { isKmError, memoryStore } from '@km/core';
import { type Layer, type LayerConfig, layers, Model, models, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

let x: tf.Tensor;
let y: tf.Tensor;

beforeAll(async () => {
  await ready();
  x = tf.tensor2d([1, -2, 3, 0.5], [2, 2]);
  y = tf.tensor2d([1, 0], [2, 1]);
});

interface TwoConfig extends LayerConfig {
  readonly units?: number;
}

class Two extends Model {
  static override readonly className: string = 'Two';
  readonly units: number;
  readonly hidden: Layer;
  readonly head: Layer = new layers.Dense({ units: 1 });

  constructor({ units = 3, ...rest }: TwoConfig = {}) {
    super(rest);
    this.units = units;
    this.hidden = new layers.Dense({ units, activation: 'tanh' });
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.head.apply<tf.Tensor>(this.hidden.apply<tf.Tensor>(x));
  }

  override get_config(): Record<string, unknown> {
    return { ...super.get_config(), units: this.units };
  }
}

test('a subclassed model comes back from a .keras archive by its class, with weights and optimizer state', async () => {
  const model = new Two({ units: 4 });
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await model.train_on_batch(x, y);
  const place = { store: memoryStore(), path: 'two.keras' };
  await model.save(place, { save_format: 'keras' });
  const loaded = await models.load_model(place, { Two });
  expect(loaded).toBeInstanceOf(Two);
  expect((loaded.apply(x) as tf.Tensor).dataSync()).toEqual(
    (model.apply(x) as tf.Tensor).dataSync(),
  );
  await Promise.all([model, loaded].map((each) => each.train_on_batch(x, y)));
  expect((loaded.apply(x) as tf.Tensor).dataSync()).toEqual(
    (model.apply(x) as tf.Tensor).dataSync(),
  );
});

test('a .keras archive of a subclassed model names the class that it needs', async () => {
  const model = new Two();
  model.apply(x);
  const place = { store: memoryStore(), path: 'two.keras' };
  await model.save(place, { save_format: 'keras' });
  const error = await models.load_model(place).catch((caught: unknown) => caught);
  expect(isKmError(error, 'KM_NOT_FOUND')).toBe(true);
  expect(String(error)).toContain('Two');
});
