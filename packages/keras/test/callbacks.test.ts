import { crc32c, maskCrc } from '@km/checkpoint';
import { type MemoryStore, memoryStore } from '@km/core';
import { callbacks, Input, layers, Model, models, optimizers, ready, train } from '@km/keras';
import { decodeProto } from '@km/proto';
import { Event } from '@km/proto/event';
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

function build(): Model {
  const inputs = Input({ shape: [3] });
  const hidden = new layers.Dense({ units: 4, name: 'a' }).apply(inputs);
  const outputs = new layers.Dense({ units: 2, name: 'b' }).apply(hidden);
  const model = new Model({ inputs, outputs });
  for (const [k, weight] of model.weights.entries()) weight.assign(uniform([weight.size], k));
  model.compile({ optimizer: new optimizers.Adam({ learning_rate: 0.05 }), loss: 'mse' });
  return model;
}

const stateOf = (model: Model): string[] =>
  digests([...model.weights, ...(model.optimizer?.variables ?? [])]);

const keysOf = ({ objects }: MemoryStore): string[] => [...objects.keys()].sort();

/** Fails in the middle of a training. */
function breakingAt(epoch: number, batch: number): callbacks.Callback {
  let current = 0;
  return new callbacks.LambdaCallback({
    on_epoch_begin: (number: number) => {
      current = number;
    },
    on_batch_begin: (number: number) => {
      if (current === epoch && number === batch) throw new Error('the power is out');
    },
  });
}

test.each([
  ['epoch', 3, 2],
  [1, 3, 0],
  [4, 2, 2],
] as const)(
  'a training that is backed up every %s goes on where it was interrupted [KerasCallbacksTest.test_backup_and_restore] [KerasCallbacksTest.test_backup_and_restore_steps] [BackupAndRestoreCallbackTest.test_best_case_epoch] [BackupAndRestoreCallbackTest.test_best_case_step]',
  async (save_freq, epoch, batch) => {
    const store = memoryStore();
    const whole = build();
    await whole.fit(x, y, { ...options, epochs: 5 });
    const backup = () =>
      new callbacks.BackupAndRestore({ backup_dir: { store, path: 'backup' }, save_freq });
    const broken = build().fit(x, y, {
      ...options,
      epochs: 5,
      callbacks: [backup(), breakingAt(epoch, batch)],
    });
    await expect(broken).rejects.toThrow('the power is out');
    expect(keysOf(store)[0]).toBe('backup/chief/checkpoint');
    const again = build();
    const seen: number[] = [];
    const notes = new callbacks.LambdaCallback({
      on_epoch_begin: (k: number) => void seen.push(k),
    });
    await again.fit(x, y, { ...options, epochs: 5, callbacks: [backup(), notes] });
    expect(seen[0]).toBe(epoch);
    expect(stateOf(again)).toEqual(stateOf(whole));
    expect(keysOf(store)).toEqual([]);
  },
);

const batchAt = (k: number): [tf.Tensor, tf.Tensor] => [
  tf.slice(x, (k % 4) * 4, 4),
  tf.slice(y, (k % 4) * 4, 4),
];

test('a training that goes on within an epoch counts on and reads the data from their start', async () => {
  const backup_dir = { store: memoryStore(), path: '' };
  const backup = () => new callbacks.BackupAndRestore({ backup_dir, save_freq: 1 });
  const run = { ...options, epochs: 4 };
  const broken = build().fit(x, y, { ...run, callbacks: [backup(), breakingAt(2, 2)] });
  await expect(broken).rejects.toThrow('the power is out');
  const again = build();
  const seen: string[] = [];
  const notes = new callbacks.LambdaCallback({
    on_epoch_begin: (epoch: number) => void seen.push(`epoch ${epoch}`),
    on_batch_begin: (batch: number) => void seen.push(String(batch)),
  });
  const { epoch } = await again.fit(x, y, { ...run, callbacks: [backup(), notes] });
  expect(seen.join(' ')).toBe('epoch 2 2 3 epoch 3 0 1 2 3');
  expect(epoch).toEqual([2, 3]);
  const expected = build();
  for (let k = 0; k < 10; k += 1) await expected.train_on_batch(...batchAt(k));
  for (let k = 0; k < 6; k += 1) await expected.train_on_batch(...batchAt(k));
  expect(stateOf(again)).toEqual(stateOf(expected));
});

test.each([
  [2, 2],
  [2, 0],
])(
  'batches of unknown number go on behind the last one, when interrupted at %s, %s',
  async (...place) => {
    const batches = function* () {
      for (let k = 0; k < 4; k += 1) yield batchAt(k);
    };
    const backup_dir = { store: memoryStore(), path: '' };
    const backup = () => new callbacks.BackupAndRestore({ backup_dir, save_freq: 1 });
    const run = { verbose: 0, epochs: 4 } as const;
    const whole = build();
    await whole.fit(batches, null, run);
    const broken = build().fit(batches, null, {
      ...run,
      callbacks: [backup(), breakingAt(...place)],
    });
    await expect(broken).rejects.toThrow('the power is out');
    const again = build();
    const { history } = await again.fit(batches, null, { ...run, callbacks: backup() });
    expect(history.loss).toHaveLength(2);
    expect(stateOf(again)).toEqual(stateOf(whole));
  },
);

test.each([0, false, null, 'batch', 1.5])('a backup is not made every %s batches', (save_freq) => {
  const config = { backup_dir: 'backup', save_freq: save_freq as never };
  expect(() => new callbacks.BackupAndRestore(config)).toThrow(RangeError);
});

test.each([
  ['BackupAndRestore', { backup_dir: 'backup', saveFreq: 3 }, 'saveFreq'],
  ['TensorBoard', { logdir: 'logs' }, 'logdir'],
  ['CSVLogger', 'log.csv', 'by name'],
  ['ModelCheckpoint', 'best.h5', 'by name'],
  ['EarlyStopping', { patiense: 1 }, 'patiense'],
] as const)('%s refuses arguments that it does not know', (name, config, message) => {
  const make = callbacks[name] as unknown as new (config: unknown) => object;
  expect(() => new make(config)).toThrow(message);
});

test('a training without a backup begins at its initial epoch', async () => {
  const store = memoryStore();
  const backup = new callbacks.BackupAndRestore({
    backup_dir: { store, path: '' },
    delete_checkpoint: false,
  });
  const { epoch } = await build().fit(x, y, {
    ...options,
    epochs: 3,
    initial_epoch: 1,
    callbacks: backup,
  });
  expect(epoch).toEqual([1, 2]);
  const names = (await train.list_variables({ store, path: 'chief' })).map(([name]) => name);
  const own = ['ckpt_saved_batch', 'ckpt_saved_epoch', 'save_counter', 'train_counter'];
  for (const name of own) expect(names).toContain(`${name}/.ATTRIBUTES/VARIABLE_VALUE`);
  expect(names).toContain('model/layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE');
});

test('a backup before preemption is refused', () => {
  const config = { backup_dir: 'backup', save_before_preemption: true as never };
  expect(() => new callbacks.BackupAndRestore(config)).toThrow('save_before_preemption');
});

/** The events of all files of a run, whose checksums hold. */
function eventsOf(store: MemoryStore, run: string): Event[] {
  const events: Event[] = [];
  for (const [key, bytes] of store.objects) {
    if (!key.startsWith(`logs/${run}/events.out.tfevents.`)) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const length = Number(view.getBigUint64(at, true));
      const data = bytes.subarray(at + 12, at + 12 + length);
      expect(view.getUint32(at + 8, true)).toBe(maskCrc(crc32c(bytes.subarray(at, at + 8))));
      expect(view.getUint32(at + 12 + length, true)).toBe(maskCrc(crc32c(data)));
      events.push(decodeProto(Event, data));
      at += length + 16;
    }
  }
  return events;
}

const tagsOf = (events: readonly Event[]): string[] =>
  events.flatMap(({ step, summary }) =>
    (summary?.value ?? []).map(({ tag }) => `${tag}@${String(step)}`),
  );

test('TensorBoard gets results, histograms and the graph', async () => {
  const store = memoryStore();
  const board = new callbacks.TensorBoard({
    log_dir: { store, path: 'logs' },
    histogram_freq: 2,
    update_freq: 2,
  });
  const { history } = await build().fit(x, y, {
    ...options,
    epochs: 2,
    validation_data: [x, y],
    callbacks: board,
  });
  const events = eventsOf(store, 'train');
  expect(events[0]?.fileVersion).toBe('brain.Event:2');
  expect(tagsOf(events)).toEqual([
    'keras@0',
    'batch_loss@2',
    'batch_loss@4',
    'epoch_loss@0',
    'a/kernel_0/histogram@0',
    'a/bias_0/histogram@0',
    'b/kernel_0/histogram@0',
    'b/bias_0/histogram@0',
    'batch_loss@6',
    'batch_loss@8',
    'epoch_loss@1',
  ]);
  const values = events.flatMap(({ summary }) => summary?.value ?? []);
  const loss = values.find(({ tag }) => tag === 'epoch_loss');
  expect(loss?.tensor?.floatVal[0]).toBeCloseTo((history.loss as number[])[0] as number, 6);
  expect(loss?.metadata?.pluginData?.pluginName).toBe('scalars');
  expect(tagsOf(eventsOf(store, 'validation'))).toEqual([
    'evaluation_loss_vs_iterations@4',
    'epoch_loss@0',
    'evaluation_loss_vs_iterations@8',
    'epoch_loss@1',
  ]);
});

test('TensorBoard gets the rate that a schedule gives, and a file of its own for an evaluation', async () => {
  const store = memoryStore();
  const board = new callbacks.TensorBoard({ log_dir: { store, path: 'logs' } });
  const model = build();
  const decay = { initial_learning_rate: 0.1, decay_steps: 4, decay_rate: 1 };
  const learning_rate = new optimizers.schedules.InverseTimeDecay(decay);
  for (const kinds of [optimizers, optimizers.legacy]) {
    model.compile({ optimizer: new kinds.SGD({ learning_rate }), loss: 'mse' });
    store.objects.clear();
    await model.fit(x, y, { ...options, epochs: 1, callbacks: board });
    const values = eventsOf(store, 'train').flatMap(({ summary }) => summary?.value ?? []);
    const rate = values.find(({ tag }) => tag === 'epoch_learning_rate');
    expect(rate?.tensor?.floatVal[0]).toBeCloseTo(0.05, 6);
  }
  store.objects.clear();
  await model.evaluate(x, y, { verbose: 0, callbacks: board });
  expect(tagsOf(eventsOf(store, 'train'))).toEqual(['keras@0']);
  expect(tagsOf(eventsOf(store, 'validation'))).toEqual(['evaluation_loss_vs_iterations@4']);
});

test('TensorBoard writes to a store that cannot append, too', async () => {
  const { append: _, ...store } = memoryStore();
  const board = new callbacks.TensorBoard({ log_dir: { store, path: 'logs' }, write_graph: false });
  await build().fit(x, y, { ...options, epochs: 2, callbacks: board });
  expect(tagsOf(eventsOf(store as MemoryStore, 'train'))).toEqual(['epoch_loss@0', 'epoch_loss@1']);
  expect(() => new callbacks.TensorBoard({ write_images: true as never })).toThrow('write_images');
});

test('CSVLogger writes a file, and goes on with it if told to', async () => {
  const store = memoryStore();
  const filename = { store, path: 'log.csv' };
  const model = build();
  await model.fit(x, y, { ...options, callbacks: new callbacks.CSVLogger({ filename }) });
  const logger = new callbacks.CSVLogger({ filename, append: true });
  await model.fit(x, y, { ...options, epochs: 2, initial_epoch: 1, callbacks: logger });
  const lines = new TextDecoder().decode(store.objects.get('log.csv')).split('\r\n');
  expect(lines.map((line) => line.split(',')[0])).toEqual(['epoch', '0', '1', '']);
});

describe('ModelCheckpoint', () => {
  type Config = ConstructorParameters<typeof callbacks.ModelCheckpoint>[0];
  const trained = (model: Model, config: Config) =>
    model.fit(x, y, {
      ...options,
      epochs: 3,
      validation_data: [x, y],
      callbacks: new callbacks.ModelCheckpoint(config),
    });

  test('saves whole models in the format that the path asks for', async () => {
    const store = memoryStore();
    const model = build();
    await trained(model, { filepath: { store, path: 'm/b-{epoch:02d}.h5' } });
    await trained(model, { filepath: { store, path: 'm/c-{epoch}.keras' }, save_format: 'keras' });
    const expected = ['b-01.h5', 'b-02.h5', 'b-03.h5', 'c-1.keras', 'c-2.keras', 'c-3.keras'];
    expect(keysOf(store)).toEqual(expected.map((name) => `m/${name}`));
    for (const path of ['m/c-3.keras']) {
      const loaded = await models.load_model({ store, path });
      expect(stateOf(loaded)).toEqual(stateOf(model));
    }
  });

  test('saves weights as checkpoints, of which the newest is found', async () => {
    const store = memoryStore();
    const model = build();
    const filepath = { store, path: 'w/cp-{epoch:04d}-{val_loss:.1f}' };
    await trained(model, { filepath, save_weights_only: true });
    const latest = await train.latest_checkpoint({ store, path: 'w' });
    expect(latest?.path).toMatch(/^w\/cp-0003-\d\.\d$/);
    const fresh = build();
    await fresh.load_weights(latest ?? '');
    expect(stateOf(fresh)).toEqual(stateOf(model));
  });

  test('saves every so many batches, with their number in the name', async () => {
    const store = memoryStore();
    const filepath = { store, path: '{epoch}-{batch}.weights.h5' };
    await trained(build(), { filepath, save_weights_only: true, save_freq: 3 });
    expect(keysOf(store)).toEqual([
      '1-3.weights.h5',
      '2-2.weights.h5',
      '3-1.weights.h5',
      '3-4.weights.h5',
    ]);
  });

  test('keeps the best only [ModelCheckpointTest.test_model_checkpoint_options]', async () => {
    const store = memoryStore();
    const filepath = { store, path: 'best-{epoch}.h5' };
    await trained(build(), { filepath, monitor: 'loss', mode: 'max', save_best_only: true });
    expect(keysOf(store)).toEqual(['best-1.h5']);
    const strict = { filepath, monitor: 'loss', save_best_only: true, initial_value_threshold: 0 };
    store.objects.clear();
    await trained(build(), strict);
    expect(keysOf(store)).toEqual([]);
  });
});
