import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  backend,
  callbacks,
  layers,
  losses,
  models,
  optimizers,
  ready,
  Sequential,
  train,
  type Variable,
} from '@km/keras';
import { uniform } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { digests } from '../fixture-models.ts';

let folder = '';
let x: tf.Tensor;
let y: tf.Tensor;

beforeAll(async () => {
  await ready();
  folder = await mkdtemp(path.join(tmpdir(), 'walk-5-'));
  x = tf.tensor(uniform([64, 8], 1), [64, 8]);
  const classes = Int32Array.from({ length: 64 }, (_, i) => i % 3);
  y = tf.tensor(classes, [64], 'int32');
});

afterAll(() => rm(folder, { recursive: true }));

function buildModel(): Sequential {
  const model = new Sequential([
    new layers.Dense({ units: 16, activation: 'relu', input_shape: [8] }),
    new layers.Dense({ units: 3 }),
  ]);
  model.compile({
    optimizer: new optimizers.Adam({ learning_rate: 0.01 }),
    loss: new losses.SparseCategoricalCrossentropy({ from_logits: true }),
    metrics: ['accuracy'],
  });
  return model;
}

const options = { batch_size: 16, shuffle: false, verbose: 0 } as const;

const stateOf = (model: {
  weights: Variable[];
  optimizer: { variables: readonly Variable[] } | null;
}) => digests([...model.weights, ...(model.optimizer?.variables ?? [])]);

test('walk 5: weights are saved after each epoch, and training goes on from the newest', async () => {
  const filepath = path.join(folder, 'weights', 'cp-{epoch:04d}.ckpt');
  const saving = new callbacks.ModelCheckpoint({ filepath, save_weights_only: true });
  const model = buildModel();
  await model.fit(x, y, { ...options, epochs: 3, callbacks: saving });
  const files = await readdir(path.join(folder, 'weights'));
  const expected = ['0001', '0002', '0003'].flatMap((epoch) => [
    `cp-${epoch}.ckpt.data-00000-of-00001`,
    `cp-${epoch}.ckpt.index`,
  ]);
  expect(files.sort()).toEqual(['checkpoint', ...expected].sort());
  const latest = await train.latest_checkpoint(path.join(folder, 'weights'));
  expect(latest).toBe(path.join(folder, 'weights', 'cp-0003.ckpt'));
  const resumed = buildModel();
  await resumed.load_weights(latest ?? '');
  const goOn = { ...options, epochs: 5, initial_epoch: 3 };
  for (const trained of [model, resumed]) await trained.fit(x, y, goOn);
  expect(stateOf(resumed)).toEqual(stateOf(model));
});

test('walk 5: whole models are saved after each epoch, and training goes on from one', async () => {
  const filepath = path.join(folder, 'whole', 'model-{epoch:02d}-{val_accuracy:.2f}.h5');
  const model = buildModel();
  await model.fit(x, y, {
    ...options,
    epochs: 2,
    validation_data: [x, y],
    callbacks: new callbacks.ModelCheckpoint({ filepath }),
  });
  const files = (await readdir(path.join(folder, 'whole'))).sort();
  expect(files).toHaveLength(2);
  expect(files[1]).toMatch(/^model-02-[01]\.\d\d\.h5$/);
  const resumed = await models.load_model(path.join(folder, 'whole', files[1] ?? ''));
  const goOn = { ...options, epochs: 4, initial_epoch: 2 };
  for (const trained of [model, resumed]) await trained.fit(x, y, goOn);
  expect(stateOf(resumed)).toEqual(stateOf(model));
});

test('walk 5: a CheckpointManager keeps the newest three', async () => {
  const directory = path.join(folder, 'tf_ckpts');
  const begin = async (model: Sequential) => {
    const step = backend.variable(1, { dtype: 'int64', name: 'step' });
    const checkpoint = new train.Checkpoint({ step, optimizer: model.optimizer, net: model });
    const manager = await train.CheckpointManager.open(checkpoint, directory, { max_to_keep: 3 });
    return { checkpoint, manager, found: await manager.restore_or_initialize() };
  };
  const model = buildModel();
  const { checkpoint, manager, found } = await begin(model);
  expect(found).toBeNull();
  for (let k = 0; k < 5; k += 1) {
    await model.fit(x, y, options);
    checkpoint.step.assign_add(1);
    await manager.save();
  }
  const kept = [3, 4, 5].map((number) => path.join(directory, `ckpt-${number}`));
  expect(manager.checkpoints).toEqual(kept);
  expect(manager.latest_checkpoint).toBe(kept[2]);
  const indexes = (await readdir(directory)).filter((name) => name.endsWith('.index'));
  expect(indexes.sort()).toEqual(['ckpt-3.index', 'ckpt-4.index', 'ckpt-5.index']);

  const resumed = buildModel();
  const again = await begin(resumed);
  expect(again.found).toBe(kept[2]);
  expect(again.checkpoint.step.numpy()).toBe(6);
  for (const trained of [model, resumed]) await trained.fit(x, y, options);
  expect(stateOf(resumed)).toEqual(stateOf(model));
  await again.manager.save();
  expect(again.manager.checkpoints.map((name) => path.basename(name))).toEqual([
    'ckpt-4',
    'ckpt-5',
    'ckpt-6',
  ]);
});

test('walk 5: a CheckpointManager minds its interval and a number of the caller', async () => {
  const directory = path.join(folder, 'rare');
  const step = backend.variable(0, { dtype: 'int64', name: 'step' });
  const checkpoint = new train.Checkpoint({ step });
  const options = { max_to_keep: 1, checkpoint_interval: 2, step_counter: step };
  const manager = await train.CheckpointManager.open(checkpoint, directory, options);
  const saved: (string | null)[] = [];
  for (let k = 0; k < 4; k += 1) {
    saved.push(await manager.save());
    step.assign_add(1);
  }
  expect(saved.map((name) => name && path.basename(name))).toEqual([
    'ckpt-1',
    null,
    'ckpt-2',
    null,
  ]);
  expect(await manager.save({ check_interval: false, checkpoint_number: 77 })).toBe(
    path.join(directory, 'ckpt-77'),
  );
  expect(checkpoint.save_counter.numpy()).toBe(3);
  const without = train.CheckpointManager.open(checkpoint, directory, {
    max_to_keep: 1,
    checkpoint_interval: 2,
  });
  await expect(without).rejects.toThrow('step_counter');
});
