import { isKmError } from '@km/core';
import {
  get_custom_objects,
  Input,
  initializers,
  type Layer,
  layers,
  Model,
  models,
  ready,
  Sequential,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, fromJson, numbers } from './scenarios-support.ts';

beforeAll(() => ready());
afterEach(() => get_custom_objects().clear());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);

function expectSame(model: Model, given: tf.Tensor | tf.Tensor[] = x()): Model {
  const made = fromJson(model);
  expect(made.name).toBe(model.name);
  expectClose(made.apply(given as tf.Tensor), model.apply(given as tf.Tensor));
  return made;
}

const dense = (units: number, rest: object = {}): Layer => new layers.Dense({ units, ...rest });

test('the JSON of a built model makes it anew under its name [toJSON and modelFromJSON] [modelFromJSON with only model topology (no weights)]', () => {
  const inputs = Input({ shape: [3] });
  const model = new Model({ inputs, outputs: dense(2).apply(inputs), name: 'testModel' });
  expect(expectSame(model).layers).toHaveLength(2);
});

test('JSON as Python writes it makes the model, with names [reconstitutes pythonic json string] [Load sequential model with non-array config]', () => {
  const config = { name: 'dense_7', units: 2, batch_input_shape: [null, 3], use_bias: false };
  const json = {
    class_name: 'Sequential',
    config: { name: 'BarSequential', layers: [{ class_name: 'Dense', config }] },
  };
  const model = models.model_from_json(JSON.stringify(json));
  expect([model.name, model.layers.map(({ name }) => name)]).toEqual([
    'BarSequential',
    ['dense_7'],
  ]);
  expect(model.apply<tf.Tensor>(x()).shape).toEqual([2, 2]);
});

test('JSON says which version wrote it [toJSON return value includes correct versions]', () => {
  const { keras_version, backend } = JSON.parse(new Sequential([dense(1)]).to_json());
  expect([keras_version, backend]).toEqual([expect.stringMatching(/^\d+\.\d+/), 'tensorflow']);
});

const convolutions = (): Layer[] => [
  new layers.Conv2D({ filters: 2, kernel_size: 3, activation: 'relu', input_shape: [8, 8, 1] }),
  new layers.Conv2D({ filters: 2, kernel_size: 3, activation: 'relu' }),
  new layers.MaxPooling2D({ pool_size: 2 }),
  new layers.Dropout({ rate: 0.25 }),
  new layers.Flatten(),
  dense(8, { activation: 'relu' }),
  new layers.Dropout({ rate: 0.5 }),
  dense(10, { activation: 'softmax' }),
];

test.each([
  ['stack [reconstitutes mnist sequential mode.]', 8, (): Model => new Sequential(convolutions())],
  [
    'graph [reconstitutes mnist non-sequential mode.]',
    9,
    (): Model => {
      const inputs = Input({ shape: [8, 8, 1] });
      const outputs = convolutions().reduce((at, layer) => layer.apply(at), inputs);
      return new Model({ inputs, outputs });
    },
  ],
])('convolutions for digits come back, whose outputs are probabilities: a %s', (_, count, make) => {
  const model = expectSame(make(), tf.ones([1, 8, 8, 1]));
  expect(model.layers).toHaveLength(count);
  const made = model.apply<tf.Tensor>(tf.ones([1, 8, 8, 1]));
  expect(made.shape).toEqual([1, 10]);
  expect(numbers(tf.sum(made))[0]).toBeCloseTo(1, 5);
});

test('a stack, or a graph, as part of a model comes back [Sequential as layer: save-load round trip] [Functional model as layer: save-load round trip]', () => {
  const inner = new Sequential([dense(4, { input_shape: [3] })]);
  const inputs = Input({ shape: [3] });
  expectSame(new Model({ inputs, outputs: dense(2).apply(inner.apply(inputs)) }));
  const around = Input({ shape: [3] });
  const graph = new Model({ inputs: around, outputs: dense(4).apply(around) });
  expectSame(new Sequential([graph, dense(2)]));
});

test.each([
  [
    'stack [Nested Sequential model: Sequential as first layer]',
    () => new Sequential([dense(4, { input_shape: [3] }), dense(3)]),
  ],
  [
    'graph [Nested Sequential model: Functional model as first layer]',
    () => {
      const inputs = Input({ shape: [3] });
      return new Model({ inputs, outputs: dense(3).apply(dense(4).apply(inputs)) });
    },
  ],
])('the first layer of a stack may be a model: a %s', async (_, make) => {
  const model = new Sequential([make(), dense(1)]);
  expect(model.output_shape).toEqual([null, 1]);
  expect([model.weights.length, model.trainable_weights.length]).toEqual([6, 6]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const { history } = await model.fit(x(), tf.ones([2, 1]), { verbose: 0 });
  expect(history.loss).toHaveLength(1);
  expect(((await model.predict(x())) as tf.Tensor).shape).toEqual([2, 1]);
});

test('a layer that is used twice, also on its own output, keeps the order of its calls [Save-load round trip: multi-node layer] [Save-load round trip: layer with loopy invocation]', () => {
  const [a, b] = [Input({ shape: [3] }), Input({ shape: [3] })];
  const twice = dense(3, { activation: 'tanh' });
  const outputs = new layers.Concatenate().apply([twice.apply(a), twice.apply(b)]);
  const model = expectSame(new Model({ inputs: [a, b], outputs }), [x(), tf.neg(x())]);
  expect(model.weights).toHaveLength(2);
  const inputs = Input({ shape: [3] });
  expectSame(new Model({ inputs, outputs: twice.apply(twice.apply(inputs)) }));
});

test('a built-in layer gives its config again [SerializationLibTest.test_builtin_layers]', () => {
  const serialized = layers.serialize(dense(3, { name: 'foo', trainable: false }));
  const made = layers.deserialize(serialized as never);
  expect(layers.serialize(made as Layer)).toEqual(serialized);
});

const own = (v: tf.Tensor): tf.Tensor => tf.mul(v, 3);

test('an activation of the user comes by its name [SerializationLibTest.test_custom_fn] [SerializationLibTest.test_layer_string_as_activation]', () => {
  const model = new Sequential([
    dense(2, { activation: own, input_shape: [3] }),
    dense(2, { activation: 'relu' }),
  ]);
  const made = fromJson(model, { own });
  expectClose(made.apply(x()), model.apply(x()));
  expect(() => models.model_from_json(model.to_json())).toThrow(/own/);
});

test('an array in an initializer comes back [TestWholeModelSaving.test_saving_constant_initializer_with_numpy]', () => {
  const kernel_initializer = new initializers.Constant({
    value: [
      [1, 2],
      [3, 4],
      [5, 6],
    ] as never,
  });
  const model = new Sequential([dense(2, { input_shape: [3], kernel_initializer })]);
  const made = models.model_from_json(model.to_json());
  expect(numbers(made.weights[0])).toEqual([1, 2, 3, 4, 5, 6]);
});

test('inputs and outputs by name keep their keys [SerializationLibTest.test_dict_inputs_outputs]', () => {
  const inputs = {
    foo: Input({ shape: [3], name: 'foo' }),
    bar: Input({ shape: [3], name: 'bar' }),
  };
  const outputs = { sum: new layers.Add().apply([inputs.foo, inputs.bar]), same: inputs.bar };
  const model = new Model({ inputs, outputs } as never);
  const given = { foo: x(), bar: tf.neg(x()) } as never;
  const [made, expected] = [
    fromJson(model).apply(given),
    model.apply(given),
  ] as unknown as object[];
  expect(Object.keys(made ?? {}).sort()).toEqual(['same', 'sum']);
  expectClose(made, expected);
});

test('a graph between the ends of a stack has its layers [SerializationLibTest.test_layer_sharing]', () => {
  const stack = new Sequential([dense(4, { input_shape: [3] }), dense(2)]);
  const model = new Model({ inputs: stack.inputs, outputs: stack.outputs });
  expect(expectSame(model).layers).toHaveLength(3);
});

test('an entry that is no layer is refused [SerializationLibTest.test_malformed_layer_for_sequential_model] [SerializationLibTest.test_deserialize_invalid_type_config]', () => {
  const config = { name: 'model', layers: [{}] };
  for (const text of [
    JSON.stringify({ class_name: 'Sequential', config }),
    JSON.stringify({ class_name: 'Dense', config: 'sequential' }),
  ]) {
    const made = (() => {
      try {
        return models.model_from_json(text);
      } catch (error) {
        return error;
      }
    })();
    expect(isKmError(made)).toBe(true);
  }
});

test('a function that Python had written down is refused, and taken from the user [SerializationLibTest.test_lambda_layer]', () => {
  const lambda = {
    class_name: 'Lambda',
    config: {
      name: 'lambda',
      function: ['4wEAAAA=', null, null],
      function_type: 'lambda',
      batch_input_shape: [null, 3],
    },
  };
  const json = JSON.stringify({
    class_name: 'Sequential',
    config: { name: 's', layers: [lambda] },
  });
  expect(() => models.model_from_json(json)).toThrow(/custom_objects/);
  const model = models.model_from_json(json, { lambda: own });
  expectClose(model.apply(x()), tf.mul(x(), 3));
});
