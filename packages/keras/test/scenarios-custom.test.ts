import { isKmError } from '@km/core';
import {
  custom_object_scope,
  get_custom_objects,
  Input,
  Layer,
  type LayerConfig,
  layers,
  losses,
  Model,
  metrics,
  models,
  ready,
  register_keras_serializable,
  regularizers,
  Sequential,
} from '@km/keras';
import { InputSpec } from '@km/layers';
import { readSavedModel } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import { again, expectClose, lossesOf, notedOf, numbers, saved } from './scenarios-support.ts';

beforeAll(() => ready());
afterEach(() => get_custom_objects().clear());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);
const y = (): tf.Tensor2D => tf.tensor2d([1, 0, 0, 1], [2, 2]);

class Twice extends layers.Dense {
  static override readonly className: string = 'Twice';
  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(super.call(inputs) as tf.Tensor, 2);
  }
}

/** Has no meaning without its class. */
class Demanding extends Layer {
  static override readonly className: string = 'Demanding';
  readonly _must_restore_from_config: boolean = true;
  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(inputs, 3);
  }
}

const FORMATS = ['h5', 'keras', 'tf'] as const;

test.each(FORMATS)(
  'a registered layer in a stack needs no scope: %s [TestWholeModelSaving.test_custom_sequential_registered_no_scope] [LegacyH5WholeModelTest.test_custom_sequential_registered_no_scope]',
  async (save_format) => {
    register_keras_serializable('my_package')(Twice);
    const model = new Sequential([new Twice({ units: 1, input_shape: [3] })]);
    const loaded = await models.load_model(await saved(model, { save_format }));
    expect(loaded.layers[0]).toBeInstanceOf(Twice);
    expectClose(loaded.apply(x()), model.apply(x()));
  },
);

test.each(FORMATS)(
  'a registered layer in a functional model needs no scope: %s [TestWholeModelSaving.test_custom_functional_registered_no_scope] [LegacyH5WholeModelTest.test_custom_functional_registered_no_scope]',
  async (save_format) => {
    register_keras_serializable('my_package')(Twice);
    const inputs = Input({ shape: [3] });
    const model = new Model({ inputs, outputs: new Twice({ units: 1 }).apply(inputs) });
    const loaded = await models.load_model(await saved(model, { save_format }));
    expect(loaded.layers[1]).toBeInstanceOf(Twice);
    expectClose(loaded.apply(x()), model.apply(x()));
  },
);

class Asymmetric extends losses.Loss {
  static override readonly className: string = 'Asymmetric';
  override call(y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor {
    return tf.mean(tf.relu(tf.sub(y_true, y_pred)), -1);
  }
}

test('a registered loss of a compiled model needs no custom objects [TestSaveModel.test_saving_model_with_custom_object]', async () => {
  register_keras_serializable('demo')(Asymmetric);
  const model = new Sequential([new layers.Dense({ units: 2, input_shape: [3] })]);
  model.compile({ optimizer: 'sgd', loss: new Asymmetric() });
  const loaded = await again(model, { compile: true });
  expectClose(await loaded.train_on_batch(x(), y()), await model.train_on_batch(x(), y()));
});

class Fives extends metrics.Metric {
  static override readonly className: string = 'Fives';
  readonly total = this.add_state('total');
  override update_state(): void {
    this.total.assign_add(5);
  }
  override result(): tf.Tensor {
    return tf.clone(this.total.read());
  }
}

const half = (y_true: tf.Tensor, y_pred: tf.Tensor): tf.Tensor =>
  tf.div(tf.mean(tf.sub(y_true, y_pred), -1), 2);

test('a compiled metric of an unknown class is named, and known it counts [MetricTest.test_custom_metric_model]', async () => {
  const model = new Sequential([new layers.Dense({ units: 2, input_shape: [3] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: [new Fives(), half] });
  await model.fit(x(), y(), { verbose: 0 });
  const place = await saved(model);
  const without = await models.load_model(place);
  expect(without.compiled).toBe(true);
  expect(models.load_report(without)?.notes.join()).toMatch(/Fives/);
  await custom_object_scope({ Fives, half }, async () => {
    const loaded = await models.load_model(place);
    const history = await loaded.fit(x(), y(), { verbose: 0 });
    expect(Object.keys(history.history)).toHaveLength(3);
  });
});

test('a layer that demands its class is not revived without it [TestSavedModelFormatAllModes.test_must_restore_from_config_fails_if_layer_is_not_in_scope]', async () => {
  const model = new Sequential([new Demanding({ input_shape: [3] })]);
  const error: unknown = await again(model).catch((reason: unknown) => reason);
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toMatch(/Demanding/);
});

test('a layer that demands its class finds it where it is registered [TestSavedModelFormatAllModes.test_must_restore_from_config_registration]', async () => {
  register_keras_serializable('TestPackage')(Demanding);
  const loaded = await again(new Sequential([new Demanding({ input_shape: [3] })]));
  expect(loaded.layers[0]).toBeInstanceOf(Demanding);
});

class Inner extends Layer {
  static override readonly className: string = 'Inner';
  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.clone(inputs);
  }
}

class Outer extends Model {
  static override readonly className: string = 'Outer';
  readonly layer: Layer = new Inner({ name: 'inner' });
  constructor(config: LayerConfig = {}) {
    super({ name: 'outer', ...config });
  }
  override call(inputs: tf.Tensor): tf.Tensor {
    return this.layer.apply(inputs);
  }
  override get_config(): Record<string, unknown> {
    return { name: this.name };
  }
}

test.each([
  ['the model', { Outer }],
  ['both', { Outer, Inner }],
])(
  'with the class of %s the layer inside is of its own class [TestSavedModelFormat.test_load_with_custom_model_and_layer]',
  async (_, custom_objects) => {
    const model = new Outer();
    model.apply(x());
    const loaded = await again(model, { custom_objects });
    expect(loaded).toBeInstanceOf(Outer);
    expect((loaded as Outer).layer).toBeInstanceOf(Inner);
    expect(numbers(loaded.apply(x()))).toEqual(numbers(x()));
  },
);

class Weighted extends regularizers.Regularizer {
  static override readonly className: string = 'Weighted';
  override call(w: tf.Tensor): tf.Scalar {
    return tf.mul(tf.sum(tf.abs(w)), 0.5);
  }
  override get_config(): Record<string, unknown> {
    return {};
  }
}

let steps = 0;

class Stepping extends Model {
  static override readonly className: string = 'Stepping';
  override train_step(data: Parameters<Model['train_step']>[0]): ReturnType<Model['train_step']> {
    steps += 1;
    return super.train_step(data);
  }
}

test.each(FORMATS)(
  'registered model, layer and regularizer are the classes of the user: %s [CustomObjectSavingTest.test_register_keras_serializable_correct_class]',
  async (save_format) => {
    for (const known of [Stepping, Twice, Weighted]) register_keras_serializable('mine')(known);
    const inputs = Input({ shape: [3] });
    const kernel_regularizer = new Weighted();
    const outputs = new Twice({ units: 2, kernel_regularizer, name: 'twice' }).apply(inputs);
    const model = new Stepping({ inputs, outputs });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const loaded = await models.load_model(await saved(model, { save_format }));
    expect(loaded).toBeInstanceOf(Stepping);
    const twice = loaded.get_layer('twice') as Twice;
    expect([twice, twice.kernel_regularizer]).toEqual([expect.any(Twice), expect.any(Weighted)]);
    expectClose(lossesOf(loaded), lossesOf(model));
    steps = 0;
    await loaded.fit(x(), y(), { verbose: 0 });
    expect(steps).toBe(1);
  },
);

test('what a layer demands of its inputs is noted, by names too [TestSavedModelFormatAllModes.test_metadata_input_spec]', async () => {
  class Particular extends Layer {
    static override readonly className: string = 'Particular';
    constructor() {
      super({ name: 'particular' });
      this.input_spec = {
        a: new InputSpec({ max_ndim: 3, axes: { '-1': 2 } as never }),
        b: new InputSpec({ shape: [null, 2, 3], dtype: 'int32' }),
      };
    }
    override call({ a }: { readonly a: tf.Tensor }): tf.Tensor {
      return a;
    }
  }
  const inputs = {
    a: Input({ shape: [2, 2], name: 'a' }),
    b: Input({ shape: [2, 3], name: 'b', dtype: 'int32' }),
  };
  const model = new Model({ inputs, outputs: new Particular().apply(inputs) });
  const noted = notedOf(await readSavedModel(await saved(model)), 'root.layer-2');
  expect(noted.input_spec).toMatchObject({
    a: { class_name: 'InputSpec', config: { max_ndim: 3, axes: { '-1': 2 } } },
    b: { class_name: 'InputSpec', config: { ndim: 3, dtype: 'int32' } },
  });
});
