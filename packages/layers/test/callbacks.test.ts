import { memoryStore } from '@km/core';
import { assertClose } from '@km/test-utils';
import '@tensorflow/tfjs-backend-cpu';
import { formatFileName } from '../src/callbacks/file-name.ts';
import { Progbar } from '../src/callbacks/progbar.ts';
import { callbacks, layers, optimizers, ready, Sequential } from '../src/index.ts';

const X = [[1], [2], [3], [4]];
const Y = [[2], [4], [6], [8]];

beforeAll(async () => {
  await ready('cpu');
});

/** A model whose loss falls at first and then rises when its learning rate is large. */
function lineModel(learning_rate: number): Sequential {
  const model = new Sequential({
    layers: [new layers.Dense({ units: 1, use_bias: false, input_shape: [1] })],
  });
  model.set_weights([[[0]]]);
  model.compile({ optimizer: new optimizers.SGD({ learning_rate }), loss: 'mse' });
  return model;
}

async function fit(
  model: Sequential,
  list: callbacks.Callback[],
  epochs: number,
): Promise<callbacks.History> {
  return model.fit(X, Y, { epochs, verbose: 0, shuffle: false, callbacks: list });
}

test('Hooks are called in order, promises waited for', async () => {
  const calls: string[] = [];
  const note = (name: string) => async () => {
    await Promise.resolve();
    calls.push(name);
  };
  const hooks = new callbacks.LambdaCallback({
    on_train_begin: note('train begin'),
    on_epoch_begin: note('epoch begin'),
    on_batch_begin: note('batch begin'),
    on_batch_end: note('batch end'),
    on_epoch_end: note('epoch end'),
    on_train_end: note('train end'),
  });
  await fit(lineModel(0.01), [hooks], 1);
  expect(calls).toEqual([
    'train begin',
    'epoch begin',
    'batch begin',
    'batch end',
    'epoch end',
    'train end',
  ]);
});

test('EarlyStopping stops after its patience and restores the best weights', async () => {
  const model = lineModel(0.2);
  const stopping = new callbacks.EarlyStopping({
    monitor: 'loss',
    patience: 2,
    restore_best_weights: true,
  });
  const { history, epoch } = await fit(model, [stopping], 10);
  expect(epoch).toEqual([0, 1, 2]);
  expect((history.loss as number[])[1]).toBeGreaterThan((history.loss as number[])[0] as number);
  expect([stopping.best_epoch, stopping.stopped_epoch]).toEqual([0, 2]);
  // The weights at the end of the first epoch, 0.2 · 30 after one step.
  assertClose(model.weights[0]?.values() ?? [], [6], { rtol: 1e-6 });
});

test('EarlyStopping knows which results should grow', async () => {
  const stopping = new callbacks.EarlyStopping({ monitor: 'val_auc', patience: 1 });
  stopping.set_model(lineModel(0.1));
  stopping.on_train_begin({});
  stopping.on_epoch_end(0, { val_auc: 0.5 });
  stopping.on_epoch_end(1, { val_auc: 0.7 });
  expect(stopping.wait).toBe(0);
  stopping.on_epoch_end(2, { val_auc: 0.6 });
  expect([stopping.stopped_epoch, stopping.best]).toEqual([2, 0.7]);
});

test('LearningRateScheduler sets and records the rate of each epoch', async () => {
  const model = lineModel(0.1);
  const scheduler = new callbacks.LearningRateScheduler({
    schedule: (epoch, lr) => (epoch === 0 ? lr : lr / 2),
  });
  const { history } = await fit(model, [scheduler], 3);
  assertClose(history.lr as number[], [0.1, 0.05, 0.025], { rtol: 1e-6 });
});

test('ReduceLROnPlateau reduces the rate after its patience, not below the least', async () => {
  const model = lineModel(0.1);
  const reduce = new callbacks.ReduceLROnPlateau({ patience: 2, factor: 0.1, min_lr: 0.002 });
  reduce.set_model(model);
  reduce.on_train_begin({});
  const rates = [1, 1, 1, 1, 1, 1].map((val_loss, epoch) => {
    reduce.on_epoch_end(epoch, { val_loss });
    return Number(model.optimizer?.get_config().learning_rate);
  });
  assertClose(rates, [0.1, 0.1, 0.01, 0.01, 0.002, 0.002], { rtol: 1e-5 });
});

test('TerminateOnNaN stops within the epoch', async () => {
  const model = lineModel(1e30);
  let batches = 0;
  const count = new callbacks.LambdaCallback({
    on_batch_end: () => {
      batches += 1;
    },
  });
  const warnings: string[] = [];
  const { log } = console;
  console.log = (text: string) => warnings.push(text);
  const list = [new callbacks.TerminateOnNaN(), count];
  await model.fit(X, Y, { epochs: 5, batch_size: 1, verbose: 0, callbacks: list });
  console.log = log;
  expect(batches).toBeLessThan(4);
  expect(warnings.join()).toContain('Invalid loss');
});

test('ModelCheckpoint saves under formatted names, only when the result is better', async () => {
  const saved: string[] = [];
  class Saved extends Sequential {
    override async save(filepath: unknown): Promise<void> {
      saved.push(`model ${String(filepath)}`);
    }
    override async save_weights(filepath: unknown): Promise<void> {
      saved.push(`weights ${String(filepath)}`);
    }
  }
  const model = new Saved({ layers: [new layers.Dense({ units: 1, input_shape: [1] })] });
  model.set_weights([[[0]], [0]]);
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.2 }), loss: 'mse' });
  const best = new callbacks.ModelCheckpoint({
    filepath: 'best-{epoch:02d}-{loss:.1f}.keras',
    monitor: 'loss',
    save_best_only: true,
  });
  const weights = new callbacks.ModelCheckpoint({
    filepath: 'w{epoch}',
    save_weights_only: true,
    save_freq: 2,
  });
  await fit(model, [best, weights], 3);
  expect(saved).toEqual(['model best-01-30.0.keras', 'weights w2']);
});

test.each([
  // What Python's `str.format` gives.
  ['m.{epoch:03d}-{val_loss:.2f}.h5', 'm.007-0.12.h5'],
  ['{epoch}_{lr:.1e}_{val_loss:8.3f}', '7_1.0e-05_   0.123'],
  ['{val_loss}-{lr}-{one}', '0.123456-1e-05-1.0'],
  ['{{{epoch:>4}}}{tie:.1f}', '{   7}0.2'],
  ['{val_loss:.1%}{big:,.0f}{big:.3g}{epoch:+d}', '12.3%1,234,5681.23e+06+7'],
])('The fields of the file name %s are filled as in Python', (pattern, expected) => {
  const logs = { val_loss: 0.123456, lr: 0.00001, one: 1, tie: 0.25, big: 1234567.5 };
  expect(formatFileName(pattern, { epoch: 7 }, logs)).toBe(expected);
});

test.each([
  ['{acc:.2f}', "no result 'acc'"],
  ['{loss:d}', 'no format of a float'],
  ['{epoch:.2}', 'no format of a whole number'],
  ['{loss:wide}', 'no format of a number'],
  ['{epoch', "single '{'"],
])('The file name %s is refused', (pattern, message) => {
  expect(() => formatFileName(pattern, { epoch: 7 }, { loss: 1 })).toThrow(message);
});

test('CSVLogger writes a line for each epoch', async () => {
  const store = memoryStore();
  const logger = new callbacks.CSVLogger({ filename: 'log.csv', store });
  await logger.on_epoch_end(0, { loss: 0.5, acc: 0.25 });
  await logger.on_epoch_end(1, { loss: 0.25, val_loss: 1, acc: [0.5, 1] });
  const source = await store.open('log.csv');
  const bytes = await source?.read(0, source.byteLength);
  expect(new TextDecoder().decode(bytes)).toBe(
    'epoch,acc,loss,val_acc,val_loss\r\n0,0.25,0.5,NA,NA\r\n1,"""[0.5, 1.0]""",0.25,NA,1.0\r\n',
  );
});

test('A progress bar looks as that of Keras', () => {
  const written: string[] = [];
  let time = 0;
  const bar = new Progbar({
    target: 10,
    verbose: 1,
    output: { write: (text) => written.push(text), isTTY: true },
    now: () => time,
  });
  time = 1000;
  bar.update(1, { loss: 0.5 });
  time = 2000;
  bar.update(5, { loss: 0.00025 });
  time = 4000;
  bar.update(10, { loss: 0.25, acc: 1 }, true);
  expect(written.map((text) => text.trimEnd())).toEqual([
    '\r 1/10 [==>...........................] - ETA: 9s - loss: 0.5000',
    '\r 5/10 [==============>...............] - ETA: 1s - loss: 2.5000e-04',
    '\r10/10 [==============================] - 4s 333ms/step - loss: 0.2500 - acc: 1.0000',
  ]);
});

test('Without a terminal only the end of each epoch is written', async () => {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text), isTTY: false };
  const logger = new callbacks.ProgbarLogger({ output });
  const options = { epochs: 2, batch_size: 2, shuffle: false, callbacks: [logger] };
  await lineModel(0.01).fit(X, Y, { ...options, verbose: 2 });
  expect(written[0]).toBe('Epoch 1/2\n');
  expect(written[1]).toMatch(/^2\/2 - \ds - loss: \d+\.\d{4} - \d+m?s\/epoch - .*\/step\n$/);
  expect(written).toHaveLength(4);
});

test('RemoteMonitor sends results as a form or as JSON, and goes on without its server', async () => {
  const { fetch } = globalThis;
  const { warn } = console;
  const sent: string[] = [];
  const warnings: string[] = [];
  let isDown = false;
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    if (isDown) throw new TypeError('fetch failed');
    sent.push(`${init.method} ${url} ${String(init.body)}`);
    return new Response();
  }) as typeof globalThis.fetch;
  console.warn = (text: string): void => void warnings.push(text);
  try {
    await new callbacks.RemoteMonitor().on_epoch_end(1, { loss: 0.5 });
    const json = new callbacks.RemoteMonitor({ root: 'http://h', path: '/p', send_as_json: true });
    await json.on_epoch_end(0, { loss: 1 });
    isDown = true;
    await json.on_epoch_end(1, { loss: 1 });
  } finally {
    globalThis.fetch = fetch;
    console.warn = warn;
  }
  const form = encodeURIComponent('{"epoch":1,"loss":0.5}');
  expect(sent).toEqual([
    `POST http://localhost:9000/publish/epoch/end/ data=${form}`,
    'POST http://h/p {"epoch":0,"loss":1}',
  ]);
  expect(warnings).toEqual([expect.stringContaining('http://h: fetch failed')]);
});

test('ModelCheckpoint counts the batches that are taken at once, and says what the best was', async () => {
  const saved: string[] = [];
  const model = Object.assign(lineModel(0.01), {
    save: async (filepath: string) => void saved.push(filepath),
    save_weights: async () => undefined,
  });
  model.compile({ optimizer: 'sgd', loss: 'mse', steps_per_execution: 2 });
  const few = new callbacks.ModelCheckpoint({ filepath: '{epoch}-{batch}', save_freq: 3 });
  const best = { filepath: 'best', save_best_only: true, monitor: 'loss', verbose: 1 };
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => void lines.push(line);
  const list = [few, new callbacks.ModelCheckpoint(best)];
  const options = { epochs: 2, batch_size: 1, shuffle: false, verbose: 0, callbacks: list };
  await model.fit(X, Y, { ...options, verbose: 0 }).finally(() => {
    console.log = log;
  });
  expect(saved.filter((name) => name !== 'best')).toEqual(['1-4', '2-4']);
  expect(lines[0]).toContain('loss improved from inf to ');
});

test('ModelCheckpoint has no options for an archive', () => {
  const make = (filepath: string, options: unknown) => () =>
    new callbacks.ModelCheckpoint({ filepath, options });
  expect(make('a.keras', {})).toThrow('no options');
  expect(make('a', 4)).toThrow('options is an object');
  expect(make('a', {})).not.toThrow();
});

test('LambdaCallback calls its hooks of batches', async () => {
  const seen: string[] = [];
  const note =
    (name: string) =>
    (batch: number): void =>
      void seen.push(`${name} ${batch}`);
  const names = ['train', 'test', 'predict'].flatMap((kind) => [
    `on_${kind}_batch_begin`,
    `on_${kind}_batch_end`,
  ]);
  const hooks = Object.fromEntries(names.map((name) => [name, note(name)]));
  const options = {
    verbose: 0,
    batch_size: 4,
    callbacks: new callbacks.LambdaCallback(hooks),
  } as const;
  const model = lineModel(0.01);
  await model.fit(X, Y, options);
  await model.evaluate(X, Y, options);
  await model.predict(X, options);
  expect(seen).toEqual(names.map((name) => `${name} 0`));
});

test('what is no callback is refused, and so are unknown hooks', async () => {
  const plain = [{ on_epoch_end: () => undefined }] as never;
  const trained = lineModel(0.01).fit(X, Y, { verbose: 0, callbacks: plain });
  await expect(trained).rejects.toThrow('LambdaCallback');
  expect(() => new callbacks.LambdaCallback({ onEpochEnd: null } as never)).toThrow('onEpochEnd');
});

test.each(['fit', 'evaluate', 'predict', 'train_on_batch', 'test_on_batch'] as const)(
  '%s refuses arguments that it does not know, or that do not come by name',
  async (name) => {
    const model = lineModel(0.01);
    const run = async (options: unknown): Promise<unknown> =>
      name === 'predict'
        ? model.predict(X, options as never)
        : (model[name] as (...args: unknown[]) => Promise<unknown>)(X, Y, options);
    await expect(run({ batchSize: 2 })).rejects.toThrow("has no argument 'batchSize'");
    await expect(run(2)).rejects.toThrow('by name, in one object');
  },
);
