import { isKmError, memoryStore } from '@km/core';
import { Layer, type LayerConfig, models, ready, Sequential, type Variable } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

interface ScaleConfig extends LayerConfig {
  readonly factor?: number;
}

/** Multiplies by a weight and a number that its config holds. */
class Scale extends Layer {
  static override readonly className: string = 'Scale';
  readonly factor: number;
  weight: Variable | null = null;

  constructor({ factor = 1, ...rest }: ScaleConfig = {}) {
    super(rest);
    this.factor = factor;
  }

  override build(input_shape: readonly (number | null)[]): void {
    const shape = [input_shape.at(-1) ?? 1];
    this.weight = this.add_weight({ name: 'weight', shape, initializer: 'random_normal' });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(tf.mul(inputs, this.weight?.read() ?? 0), this.factor);
  }

  override get_config(): Record<string, unknown> {
    return { ...super.get_config(), factor: this.factor };
  }
}

/** Takes an argument that no config holds. */
class Stretch extends Layer {
  static override readonly className: string = 'Stretch';
  readonly by: number;

  constructor(by: number) {
    super({});
    this.by = by;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(inputs, this.by);
  }
}

test('walk 7: save_traces=false keeps a custom layer by its config, and its class is needed to load it', async () => {
  const model = new Sequential([new Scale({ factor: 3, input_shape: [4] })]);
  const store = memoryStore();
  await model.save({ store, path: 'm' }, { save_traces: false });
  const x = tf.ones([2, 4]);
  const loaded = await models.load_model({ store, path: 'm' }, { Scale });
  expect(loaded.layers[0]).toBeInstanceOf(Scale);
  expect(loaded.apply(x).dataSync()).toEqual(model.apply(x).dataSync());
  const without = models.load_model({ store, path: 'm' }).then((found) => found.apply(x));
  const error = await without.catch((caught: unknown) => caught);
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toMatch(/Scale.*custom_objects/s);
});

test('walk 7: a custom layer without get_config is refused, and nothing is written', async () => {
  const model = new Sequential([new Stretch(2)]);
  model.build([null, 4]);
  const store = memoryStore();
  const saved = model.save({ store, path: 'm' }, { save_traces: false });
  await expect(saved).rejects.toThrow(/Stretch.*get_config/s);
  expect(store.objects.size).toBe(0);
});

test('walk 7: with traces the same layer needs neither config nor class', async () => {
  const model = new Sequential([new Stretch(2)]);
  model.build([null, 4]);
  const store = memoryStore();
  await model.save({ store, path: 'm' });
  const loaded = await models.load_model({ store, path: 'm' });
  expect([...loaded.apply(tf.ones([1, 4])).dataSync()]).toEqual([2, 2, 2, 2]);
});
