import { writeCheckpoint } from '@km/checkpoint';
import { memoryStore } from '@km/core';
import {
  backend,
  Input,
  type Layer,
  type LoadReport,
  layers,
  Model,
  optimizers,
  ready,
  Sequential,
  train,
  type Variable,
} from '@km/keras';
import { uniform } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { digests } from './fixture-models.ts';

let x: tf.Tensor;
let y: tf.Tensor;

beforeAll(async () => {
  await ready();
  x = tf.tensor(uniform([16, 3], 1), [16, 3]);
  y = tf.tensor(uniform([16, 2], 2), [16, 2]);
});

const options = { verbose: 0, shuffle: false, batch_size: 4 } as const;

function counter(value = 0): Variable {
  return backend.variable(value, { dtype: 'int32', name: 'step', trainable: false });
}

function net(optimizer: object | string): Model {
  const inputs = Input({ shape: [3] });
  const hidden = new layers.Dense({ units: 4, name: 'a', activation: 'tanh' }).apply(inputs);
  const outputs = new layers.Dense({ units: 2, name: 'b' }).apply(hidden);
  const model = new Model({ inputs, outputs });
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

const stateOf = (model: Model): string[] =>
  digests([...model.weights, ...(model.optimizer?.variables ?? [])]);

test('a checkpoint numbers its saves and restores everything, the counter too [CheckpointingTests.testSaveRestore]', async () => {
  const store = memoryStore();
  const model = net('adam');
  const checkpoint = new train.Checkpoint({
    step: counter(7),
    model,
    optimizer: model.optimizer,
  });
  await model.fit(x, y, options);
  expect(await checkpoint.save({ store, path: 'd/ckpt' })).toEqual({ store, path: 'd/ckpt-1' });
  const saved = stateOf(model);
  checkpoint.step.assign_add(1);
  await model.fit(x, y, options);
  await checkpoint.save({ store, path: 'd/ckpt' });
  const latest = await train.latest_checkpoint({ store, path: 'd' });
  expect(latest?.path).toBe('d/ckpt-2');

  const status = await checkpoint.restore({ store, path: 'd/ckpt-1' });
  status.assert_consumed().assert_existing_objects_matched().assert_nontrivial_match();
  expect(checkpoint.step.numpy()).toBe(7);
  expect(checkpoint.save_counter.numpy()).toBe(1);
  expect(stateOf(model)).toEqual(saved);
});

test('write and read know no counter and no state file', async () => {
  const store = memoryStore();
  const checkpoint = new train.Checkpoint({ step: counter(3) });
  await checkpoint.write({ store, path: 'p' });
  expect([...store.objects.keys()].sort()).toEqual(['p.data-00000-of-00001', 'p.index']);
  const other = new train.Checkpoint({ step: counter() });
  (await other.read({ store, path: 'p' })).assert_consumed();
  expect(other.step.numpy()).toBe(3);
  const status = await other.restore({ store, path: 'p' });
  expect(() => status.assert_existing_objects_matched()).toThrow(/save_counter/);
});

test('a root is saved with its own edges and with what is given beside it [CheckpointingTests.test_initialize_with_root_object_and_kwargs]', async () => {
  const store = memoryStore();
  const model = net('sgd');
  await new train.Checkpoint(model, { step: counter(2) }).write({ store, path: 'p' });
  const names = (await train.list_variables({ store, path: 'p' })).map(([name]) => name);
  expect(names).toContain('layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE');
  expect(names).toContain('step/.ATTRIBUTES/VARIABLE_VALUE');
  const again = net('sgd');
  (await new train.Checkpoint(again).read({ store, path: 'p' })).expect_partial();
  expect(digests(again.weights)).toEqual(digests(model.weights));
  expect(() => new train.Checkpoint(model, { optimizer: counter(1) })).toThrow(/optimizer/);
});

test('lists, plain objects and checkpoints stand in checkpoints [CheckpointingTests.test_inititialize_with_data_structures]', async () => {
  const store = memoryStore();
  const make = (value: number) => ({
    list: [counter(value), new layers.Dense({ units: 1 }), { deep: counter(value + 1) }],
    inner: new train.Checkpoint({ z: counter(value + 2) }),
  });
  await new train.Checkpoint(make(5)).write({ store, path: 'p' });
  const reader = await train.load_checkpoint({ store, path: 'p' });
  const value = async (name: string) =>
    Array.from((await reader.get_tensor(`${name}/.ATTRIBUTES/VARIABLE_VALUE`)).data as Int32Array);
  expect(await value('list/0')).toEqual([5]);
  expect(await value('list/2/deep')).toEqual([6]);
  expect(await value('inner/z')).toEqual([7]);
  const fresh = make(0);
  (await new train.Checkpoint(fresh).read({ store, path: 'p' })).assert_consumed();
  expect((fresh.list[0] as Variable).numpy()).toBe(5);
  expect(fresh.inner.z.numpy()).toBe(7);
});

test('values wait for layers and optimizers that are built later [CheckpointingTests.testDeferredSlotRestoration] [CheckpointingTests.testDeferredRestorationUsageEager]', async () => {
  const store = memoryStore();
  const make = (): Sequential => {
    const model = new Sequential([new layers.Dense({ units: 4 }), new layers.Dense({ units: 2 })]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    return model;
  };
  const model = make();
  await model.fit(x, y, options);
  await new train.Checkpoint({ model, optimizer: model.optimizer }).write({
    store,
    path: 'p',
  });
  const later = make();
  const checkpoint = new train.Checkpoint({ model: later, optimizer: later.optimizer });
  const status = await checkpoint.read({ store, path: 'p' });
  expect(later.built).toBe(false);
  expect(status.report.waiting.length).toBeGreaterThan(4);
  expect(() => status.assert_consumed()).toThrow(/Unresolved object/);
  expect(later.apply(x).dataSync()).toEqual(model.apply(x).dataSync());
  await model.fit(x, y, options);
  await later.fit(x, y, options);
  expect(stateOf(later)).toEqual(stateOf(model));
  status.assert_consumed();
});

test('a layer that is put in place after the restoration gets its values when it is built [CheckpointingTests.testRestoreOnAssign] [CheckpointingTests.testLateDependencyTracking]', async () => {
  const store = memoryStore();
  const saved: { layer?: Layer } = { layer: new layers.Dense({ units: 2 }) };
  saved.layer?.apply(x);
  await new train.Checkpoint({ holder: saved }).write({ store, path: 'p' });
  const holder: { step: Variable; layer?: Layer } = { step: counter() };
  await new train.Checkpoint({ holder }).read({ store, path: 'p' });
  holder.layer = new layers.Dense({ units: 2 });
  const outputs = [holder.layer.apply(x), saved.layer?.apply(x)] as tf.Tensor[];
  expect(outputs[0]?.dataSync()).toEqual(outputs[1]?.dataSync());
});

test('what a checkpoint lacks and what a program lacks are told apart [CheckpointingTests.testPartialRestoreWarningAttribute]', async () => {
  const store = memoryStore();
  await new train.Checkpoint({ a: counter(1), b: counter(2) }).write({ store, path: 'p' });
  const fewer = await new train.Checkpoint({ a: counter() }).read({ store, path: 'p' });
  fewer.assert_existing_objects_matched();
  expect(() => fewer.assert_consumed()).toThrow(
    'nothing took the value b/.ATTRIBUTES/VARIABLE_VALUE',
  );
  const more = await new train.Checkpoint({ a: counter(), c: counter() }).read({
    store,
    path: 'p',
  });
  expect(() => more.assert_existing_objects_matched()).toThrow(/Found 1 objects/);
  const none = await new train.Checkpoint({ c: counter() }).read({ store, path: 'p' });
  expect(() => none.assert_nontrivial_match()).toThrow('Nothing except the root object matched');
  const nothing = await new train.Checkpoint({ c: counter() }).restore(null);
  expect(() => nothing.assert_consumed()).toThrow('No checkpoint specified');
  expect(() => new train.Checkpoint({ save: counter() })).toThrow(TypeError);
});

class TwoDense extends Model {
  static override readonly className: string = 'TwoDense';
  readonly first: Layer = new layers.Dense({ units: 4, activation: 'tanh' });
  readonly parts: Record<string, Layer> = { last: new layers.Dense({ units: 2 }) };

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.parts.last?.apply(this.first.apply(inputs)) as tf.Tensor;
  }
}

test('load_weights keeps the values for a model that is not built yet [TestWeightSavingAndLoadingTFFormat.test_weight_loading_subclassed_model]', async () => {
  const store = memoryStore();
  const model = new TwoDense();
  const outputs = model.apply(x);
  await model.save_weights({ store, path: 'p' });
  const later = new TwoDense();
  const report = (await later.load_weights({ store, path: 'p' })) as LoadReport;
  expect(report.matched).toEqual([]);
  expect(report.waiting).toHaveLength(4);
  expect(later.apply(x).dataSync()).toEqual(outputs.dataSync());
  const other = new Sequential([new layers.Embedding({ input_dim: 3, output_dim: 2 })]);
  await expect(other.load_weights({ store, path: 'p' })).rejects.toThrow(
    /does not fit|Nothing except/,
  );
});

test('a wrapped optimizer is found where TensorFlow up to 2.3 put it', async () => {
  const make = (): Model => new Sequential([new layers.Dense({ units: 1, input_shape: [2] })]);
  const inner = (): optimizers.legacy.SGD =>
    new optimizers.legacy.SGD({ learning_rate: 0.5, momentum: 0.9 });
  const [old, model] = [make(), make()];
  const base_optimizer = inner();
  old.compile({ optimizer: base_optimizer, loss: 'mse' });
  await old.train_on_batch(tf.ones([2, 2]), tf.ones([2, 1]));
  const place = { store: memoryStore(), path: 'checkpoint' };
  const path = await new train.Checkpoint({ model: old, optimizer: { base_optimizer } }).write(
    place,
  );
  const optimizer = new optimizers.LossScaleOptimizer({
    inner_optimizer: inner(),
    dynamic: false,
    initial_scale: 2,
  });
  optimizer.build(model.trainable_variables);
  await new train.Checkpoint({ model, optimizer }).read(path);
  expect(digests(optimizer.variables)).toEqual(digests(base_optimizer.variables));
});

test('a checkpoint of TensorFlow 1 is restored by the names of variables [CheckpointCompatibilityTests.testLoadFromNameBasedSaver]', async () => {
  const store = memoryStore();
  const data = Int32Array.of(4);
  await writeCheckpoint({ store, path: 'p' }, [['step', { dtype: 'int32', shape: [], data }]]);
  const checkpoint = new train.Checkpoint({ anything: counter() });
  (await checkpoint.read({ store, path: 'p' })).assert_consumed();
  expect(checkpoint.anything.numpy()).toBe(4);
});

test('a checkpoint is looked into by name [CheckpointsTest.testGetTensor] [CheckpointsTest.testGetAllVariables] [CheckpointsTest.testNoTensor]', async () => {
  const store = memoryStore();
  await new train.Checkpoint({ step: counter(6) }).save({ store, path: 'd/c' });
  expect(await train.list_variables({ store, path: 'd' })).toEqual([
    ['_CHECKPOINTABLE_OBJECT_GRAPH', []],
    ['save_counter/.ATTRIBUTES/VARIABLE_VALUE', []],
    ['step/.ATTRIBUTES/VARIABLE_VALUE', []],
  ]);
  const reader = await train.load_checkpoint({ store, path: 'd/c-1' });
  expect(reader.get_variable_to_dtype_map().get('step/.ATTRIBUTES/VARIABLE_VALUE')).toBe('int32');
  expect(reader.has_tensor('stop')).toBe(false);
  await expect(reader.get_tensor('stop')).rejects.toThrow('no tensor stop');
  const step = await train.load_variable({ store, path: 'd' }, 'step/.ATTRIBUTES/VARIABLE_VALUE');
  expect(step.data).toEqual(Int32Array.of(6));
  expect(await train.latest_checkpoint({ store, path: 'nowhere' })).toBeNull();
});

describe('the state of an optimizer crosses the families', () => {
  const cases: readonly (readonly [string, () => object, () => object])[] = [
    ['Adam', () => new optimizers.Adam(), () => new optimizers.legacy.Adam()],
    [
      'Adam',
      () => new optimizers.Adam({ amsgrad: true }),
      () => new optimizers.legacy.Adam({ amsgrad: true }),
    ],
    [
      'SGD',
      () => new optimizers.SGD({ momentum: 0.9 }),
      () => new optimizers.legacy.SGD({ momentum: 0.9 }),
    ],
    ['SGD', () => new optimizers.SGD(), () => new optimizers.legacy.SGD()],
    [
      'RMSprop',
      () => new optimizers.RMSprop({ momentum: 0.5, centered: true }),
      () => new optimizers.legacy.RMSprop({ momentum: 0.5, centered: true }),
    ],
    ['Adagrad', () => new optimizers.Adagrad(), () => new optimizers.legacy.Adagrad()],
    ['Adadelta', () => new optimizers.Adadelta(), () => new optimizers.legacy.Adadelta()],
    ['Adamax', () => new optimizers.Adamax(), () => new optimizers.legacy.Adamax()],
    ['Ftrl', () => new optimizers.Ftrl(), () => new optimizers.legacy.Ftrl()],
  ];
  const both = cases.flatMap(([name, current, legacy], k) => [
    [`${name} to legacy, ${k}`, current, legacy] as const,
    [`${name} from legacy, ${k}`, legacy, current] as const,
  ]);
  test.each(both)('%s', async (_, from, to) => {
    const store = memoryStore();
    const model = net(from());
    await model.fit(x, y, options);
    await model.save_weights({ store, path: 'p' });
    const other = net(to());
    await other.load_weights({ store, path: 'p' });
    expect(digests(other.weights)).toEqual(digests(model.weights));
    await model.fit(x, y, options);
    await other.fit(x, y, options);
    const [a, b] = [model, other].map(({ weights }) => weights.flatMap((w) => [...w.values()]));
    expect(Math.max(...(a ?? []).map((value, i) => Math.abs(value - (b?.[i] ?? 9))))).toBeLessThan(
      2e-6,
    );
    expect(other.optimizer?.iterations.numpy()).toBe(8);
  });

  test('but not for Nadam, whose two kinds weigh momentum differently', async () => {
    const store = memoryStore();
    const model = net(new optimizers.Nadam());
    await model.fit(x, y, options);
    await model.save_weights({ store, path: 'p' });
    const loading = net(new optimizers.legacy.Nadam()).load_weights({ store, path: 'p' });
    await expect(loading).rejects.toThrow('the two compute Nadam differently');
  });
});
