import { memoryStore } from '@km/core';
import {
  callbacks,
  Input,
  type Layer,
  layers,
  Model,
  models,
  optimizers,
  ready,
  Sequential,
  saved_model,
  train,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, numbers } from './scenarios-support.ts';

beforeAll(() => ready());

const x = (): tf.Tensor2D => tf.tensor2d([1, -2, 3, 0.5, 0.25, -1], [2, 3]);
const y = (): tf.Tensor2D => tf.tensor2d([1, 0, 0, 1], [2, 2]);

const compiled = <M extends Model>(model: M): M => {
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
};

const stack = (): Sequential =>
  compiled(new Sequential([Input({ shape: [3] }), new layers.Dense({ units: 2, name: 'dense' })]));

class Own extends Model {
  static override readonly className: string = 'Own';
  readonly head: Layer = new layers.Dense({ units: 2, name: 'head' });
  override call(inputs: tf.Tensor): tf.Tensor {
    return this.head.apply(inputs);
  }
}

const fit = (model: Model, callback: callbacks.Callback, epochs = 1) =>
  model.fit(x(), y(), { epochs, verbose: 0, shuffle: false, callbacks: [callback] });

test('a checkpoint of a whole subclassed model is a SavedModel [KerasCallbacksTest.test_ModelCheckpoint_subclass_SavedModel_save_weights_false]', async () => {
  const store = memoryStore();
  const model = compiled(new Own());
  await fit(model, new callbacks.ModelCheckpoint({ filepath: { store, path: 'm' } }));
  const { signatures } = await saved_model.load({ store, path: 'm' });
  expect(Object.keys(signatures)).toContain('serving_default');
  expectClose((await models.load_model({ store, path: 'm' })).apply(x()), model.apply(x()));
});

test('a later training writes over the checkpoint of an earlier one [KerasCallbacksTest.test_ModelCheckpoint_override_if_file_exist]', async () => {
  const store = memoryStore();
  const filepath = { store, path: 'w.h5' };
  const model = stack();
  const checkpoint = () => new callbacks.ModelCheckpoint({ filepath, save_weights_only: true });
  const loaded = async (): Promise<number[]> => {
    const twin = stack();
    await twin.load_weights(filepath);
    return numbers(twin.weights);
  };
  await fit(model, checkpoint());
  const before = await loaded();
  await fit(model, checkpoint());
  expect(await loaded()).not.toEqual(before);
  expect(await loaded()).toEqual(numbers(model.weights));
});

test('a result that no epoch has cannot stand in a path [KerasCallbacksTest.test_ModelCheckpoint_with_bad_path_placeholders]', async () => {
  const filepath = { store: memoryStore(), path: 'm.{epoch:02d}-{mape:.2f}.h5' };
  await expect(fit(stack(), new callbacks.ModelCheckpoint({ filepath }))).rejects.toThrow(/mape/);
});

test.each([
  ['functional', stack],
  ['subclassed', () => compiled(new Own())],
])(
  'the best weights load into another %s model [ModelCheckpointTest.test_model_checkpoint_loading]',
  async (_, make) => {
    const filepath = { store: memoryStore(), path: 'w.weights.h5' };
    const best = { filepath, monitor: 'loss', save_best_only: true, save_weights_only: true };
    const model = make();
    await fit(model, new callbacks.ModelCheckpoint(best), 2);
    const other = make();
    other.apply(x());
    await other.load_weights(filepath);
    expectClose(other.apply(x()), model.apply(x()));
  },
);

const scaled = (inner: optimizers.SGD, config: object = {}): optimizers.LossScaleOptimizer =>
  new optimizers.LossScaleOptimizer({ inner_optimizer: inner as never, ...config });

const sgd = (): optimizers.SGD => new optimizers.SGD({ learning_rate: 1, momentum: 0.5 });

test('an optimizer that scales losses is made anew from its config [LossScaleOptimizerTest.testSerializationWithBuiltInOptimizer] [LossScaleOptimizerTest.testGetConfigDynamic]', async () => {
  const made = scaled(sgd(), { initial_scale: 2, dynamic_growth_steps: 3 });
  const again = optimizers.deserialize(optimizers.serialize(made) as never);
  if (!(again instanceof optimizers.LossScaleOptimizer)) throw new Error('another class');
  expect([again.initial_scale, again.dynamic_growth_steps]).toEqual([2, 3]);
  expect(again.inner_optimizer.get_config()).toMatchObject({ learning_rate: 1, momentum: 0.5 });
  expect(optimizers.serialize(again)).toEqual(optimizers.serialize(made));
  const model = scaledModel(again);
  await model.train_on_batch(one(), tf.zeros([1, 1]));
  // The slope of w² at 1 is 2, so that a rate of 1 leads to -1.
  expect(numbers(model.weights)).toEqual([-1]);
  expect(numbers(again._loss_scale?.good_steps)).toEqual([1]);
});

function scaledModel(optimizer: optimizers.LossScaleOptimizer | optimizers.SGD): Model {
  const model = new Sequential([
    new layers.Dense({ units: 1, use_bias: false, kernel_initializer: 'ones', input_shape: [1] }),
  ]);
  model.compile({ optimizer: optimizer as never, loss: 'mse' });
  return model;
}

const one = (): tf.Tensor2D => tf.tensor2d([[1]]);

test.each([
  [true, true],
  [true, false],
  [false, true],
])(
  'a checkpoint with scaled losses (%p) restores where they are (%p) [LossScaleOptimizerTest.testCheckpoint]',
  async (saves, restores) => {
    const make = (scales: boolean): Model =>
      scaledModel(scales ? scaled(sgd(), { initial_scale: 1, dynamic_growth_steps: 2 }) : sgd());
    const model = make(saves);
    await model.train_on_batch(one(), tf.zeros([1, 1]));
    const place = { store: memoryStore(), path: 'c' };
    await new train.Checkpoint({ model }).write(place);
    const other = make(restores);
    other.optimizer?.build(other.trainable_variables);
    const status = await new train.Checkpoint({ model: other }).read(place);
    if (saves && restores) status.assert_consumed();
    else if (saves) status.assert_existing_objects_matched();
    else status.assert_nontrivial_match();
    expectClose(other.weights, model.weights);
    expect(await other.train_on_batch(one(), tf.zeros([1, 1]))).toBeCloseTo(
      Number(await model.train_on_batch(one(), tf.zeros([1, 1]))),
      5,
    );
    expectClose(other.weights, model.weights);
  },
);
