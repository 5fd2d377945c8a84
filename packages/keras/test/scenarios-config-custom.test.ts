import {
  custom_object_scope,
  get_custom_objects,
  Input,
  Layer,
  type LayerConfig,
  layers,
  Model,
  models,
  ready,
  register_keras_serializable,
  regularizers,
  Sequential,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, fromJson } from './scenarios-support.ts';

beforeAll(() => ready());
afterEach(() => get_custom_objects().clear());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);

const dense = (units: number, rest: object = {}): Layer => new layers.Dense({ units, ...rest });

/** A Dense layer with a regularizer of its own. */
class Kept extends layers.Dense {
  static override readonly className: string = 'Kept';
}

test('a registered layer with a regularizer and an initializer gives the same JSON again [JsonSerializationTest.test_serialize_deserialize_custom_layer_json]', () => {
  register_keras_serializable('pkg')(Kept);
  const inputs = Input({ shape: [3] });
  const kernel_regularizer = new regularizers.L2({ l2: 0.1 });
  const kept = new Kept({ units: 2, kernel_regularizer, kernel_initializer: 'he_normal' });
  const model = new Model({ inputs, outputs: kept.apply(inputs) });
  const made = models.model_from_json(model.to_json());
  expect(made.layers[1]).toBeInstanceOf(Kept);
  expect(made.to_json()).toBe(model.to_json());
});

interface ListConfig extends LayerConfig {
  readonly parts?: readonly unknown[];
}

/** Holds live layers in its config. */
class Several extends Layer {
  static override readonly className: string = 'Several';
  readonly parts: readonly Layer[];
  constructor({ parts = [], ...rest }: ListConfig = {}) {
    super(rest);
    this.parts = parts.map((part) =>
      part instanceof Layer ? part : (layers.deserialize(part as never) as Layer),
    );
  }
  override call(inputs: tf.Tensor): tf.Tensor {
    return this.parts.reduce((at, part) => part.apply<tf.Tensor>(at), inputs);
  }
  override get_config(): Record<string, unknown> {
    return { ...super.get_config(), parts: this.parts.map((part) => layers.serialize(part)) };
  }
}

test('a layer that holds layers in its config has them again [TestJson.test_nested_layers] [SerializationLibTest.test_custom_layer]', () => {
  register_keras_serializable('Outside')(Kept);
  register_keras_serializable('Outside')(Several);
  const parts = [new Kept({ units: 4, name: 'inner' }), dense(2, { name: 'plain' })];
  const model = new Sequential([new Several({ parts, input_shape: [3] })]);
  expect(model.to_json()).toContain('"Outside>Kept"');
  const made = fromJson(model);
  const inner = (made.layers[0] as Several).parts;
  expect(inner.map((part) => [part.constructor, part.name])).toEqual([
    [Kept, 'inner'],
    [layers.Dense, 'plain'],
  ]);
  expectClose(made.apply(x()), model.apply(x()));
});

test('names mean their classes inside of a scope alone, also while another is open [TestObjectRegistration.test_custom_object_scope]', async () => {
  class Scoped extends layers.Dense {
    static override readonly className: string = 'Scoped';
  }
  const json = new Sequential([new Scoped({ units: 2, input_shape: [3] })]).to_json();
  await custom_object_scope({ Other: Scoped }, async () => {
    await custom_object_scope({ Scoped }, async () => {
      expect(models.model_from_json(json).layers[0]).toBeInstanceOf(Scoped);
    });
    expect(() => models.model_from_json(json)).toThrow(/Scoped/);
  });
  expect(() => models.model_from_json(json)).toThrow(/Scoped/);
});

test('a class has the package and name that it was registered under [TestObjectRegistration.test_serialize_custom_class_with_custom_name]', () => {
  class Unnamed extends Kept {}
  register_keras_serializable('TestPackage', 'CustomName')(Unnamed);
  const serialized = layers.serialize(new Unnamed({ units: 2 }));
  expect(serialized).toMatchObject({ class_name: 'TestPackage>CustomName' });
  expect(layers.deserialize(serialized as never)).toBeInstanceOf(Unnamed);
});

test('a model of a class of its own, which takes inputs and outputs, comes back as that [SerializationLibTest.test_functional_subclass]', () => {
  class Plain extends Model {
    static override readonly className: string = 'Plain';
  }
  const inputs = Input({ shape: [3] });
  const model = new Plain({ inputs, outputs: dense(2).apply(inputs) });
  const made = fromJson(model, { Plain });
  expect(made).toBeInstanceOf(Plain);
  expectClose(made.apply(x()), model.apply(x()));
});
