import { inspect } from 'node:util';
import { memoryStore } from '@km/core';
import { type Layer, layers, Model, models, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

class CustomModel extends Model {
  static override readonly className: string = 'CustomModel';
  readonly hidden_units: readonly number[];
  readonly dense_layers: readonly Layer[];

  constructor(hidden_units: readonly number[]) {
    super();
    this.hidden_units = hidden_units;
    this.dense_layers = hidden_units.map((units) => new layers.Dense({ units }));
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.dense_layers.reduce((x, layer) => layer.apply(x), inputs);
  }

  override get_config(): Record<string, unknown> {
    return { hidden_units: this.hidden_units };
  }

  static override from_config(config: Record<string, unknown>): Model {
    return new CustomModel(config.hidden_units as readonly number[]);
  }
}

test('walk 3: a subclassed model loads with its class and without it', async () => {
  const model = new CustomModel([16, 16, 10]);
  const input = tf.randomUniform([1, 5]);
  const outputs = model.apply<tf.Tensor>(input);
  const place = { store: memoryStore(), path: 'my_model' };
  await model.save(place);

  const loaded = await models.load_model(place, { CustomModel });
  const revived = await models.load_model(place);
  for (const found of [loaded, revived]) {
    expect(found.apply<tf.Tensor>(input).dataSync()).toEqual(outputs.dataSync());
    const predicted = (await found.predict(input, { verbose: 0 })) as tf.Tensor;
    expect(predicted.dataSync()).toEqual(outputs.dataSync());
  }
  expect(loaded).toBeInstanceOf(CustomModel);
  expect((loaded as CustomModel).hidden_units).toEqual([16, 16, 10]);
  expect(revived).not.toBeInstanceOf(CustomModel);
  const printed = [model, loaded, revived].map((found) => inspect(found, { depth: 0 }));
  expect(printed[0]).toMatch(/^CustomModel /);
  expect(printed[1]).toMatch(/^CustomModel /);
  expect(printed[2]).toMatch(/^\[?Revived<CustomModel>/);
  expect(revived.weights.map(({ shape }) => shape)).toEqual(
    model.weights.map(({ shape }) => shape),
  );
});
