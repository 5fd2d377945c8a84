import { memoryStore, readAll } from '@km/core';
import { callbacks, layers, optimizers, Sequential } from '../../src/index.ts';
import { make, printed } from './other-subject.ts';
import { type Args, type Pair, type Refused, refused, type Subject, unnoted } from './subject.ts';

const NO_CONFIG = 'callbacks have no config';

/** Two values that show in what the callback does. */
function acts(a: unknown, b: unknown, given: Args = {}): Pair {
  return unnoted(a, b, NO_CONFIG, given);
}

/** Results of six epochs: the loss falls, then rises; the accuracy the other way. */
const RESULTS = [
  { val_loss: 1, loss: 1, val_acc: 0.1 },
  { val_loss: 0.8, loss: 1.1, val_acc: 0.3 },
  { val_loss: 0.75, loss: 1.2, val_acc: 0.4 },
  { val_loss: 0.9, loss: 1.3, val_acc: 0.35 },
  { val_loss: 0.95, loss: 1.4, val_acc: 0.3 },
  { val_loss: 0.97, loss: 1.5, val_acc: 0.2 },
];

/** A model that notes what is saved instead of saving it. */
class NotingModel extends Sequential {
  readonly saved: string[] = [];

  override async save(path: string, options?: object): Promise<void> {
    this.saved.push(`save ${path} ${JSON.stringify(options)}`);
  }

  override async save_weights(path: string, options?: object): Promise<void> {
    this.saved.push(`save_weights ${path} ${JSON.stringify(options)}`);
  }
}

function noting(): NotingModel {
  const model = new NotingModel({
    layers: [new layers.Dense({ units: 1, use_bias: false, input_shape: [1] })],
  });
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.5 }), loss: 'mse' });
  return model;
}

/** Drives the hooks as `fit` does, over the results above; notes what the callback changes. */
async function drive(callback: callbacks.Callback): Promise<Map<string, string>> {
  const model = noting();
  const seen = new Map<string, string>();
  const rates: number[] = [];
  const list = new callbacks.CallbackList([callback], {
    model,
    params: { verbose: 1, epochs: RESULTS.length, steps: 2 },
  });
  await list.on_train_begin({});
  for (const [epoch, results] of RESULTS.entries()) {
    await list.on_epoch_begin(epoch, {});
    model.set_weights([[[epoch + 1]]]);
    for (const batch of [0, 1]) {
      await list.on_train_batch_begin(batch, {});
      await list.on_train_batch_end(batch, { loss: results.loss });
    }
    await list.on_epoch_end(epoch, { ...results });
    rates.push(Number(model.optimizer?.get_config().learning_rate));
    if (model.stop_training) break;
  }
  await list.on_train_end({});
  seen.set('epochs', String(rates.length));
  seen.set('learning rates', printed(rates));
  seen.set('weights', printed(model.weights[0]?.values() ?? []));
  seen.set('saved', model.saved.join('; '));
  return seen;
}

/** Runs with what is printed, and what is sent to servers, caught. */
async function printing<T>(run: () => Promise<T>): Promise<[T, string]> {
  const lines: string[] = [];
  const { log } = console;
  const { fetch } = globalThis;
  console.log = (...parts: unknown[]): void => void lines.push(parts.map(String).join(' '));
  globalThis.fetch = (async (url: string, { headers, body }: RequestInit) => {
    lines.push(`${url} ${JSON.stringify(headers)} ${String(body)}`);
    return new Response();
  }) as typeof globalThis.fetch;
  try {
    return [await run(), lines.join('\n')];
  } finally {
    console.log = log;
    globalThis.fetch = fetch;
  }
}

function callback(
  className: string,
  base: Args,
  own: Readonly<Record<string, Pair | Refused>>,
): Subject {
  return {
    className,
    base,
    arguments: own,
    observe: async (args) => {
      const store = memoryStore();
      const earlier = new TextEncoder().encode('epoch;loss\n0;9\n');
      await store.write('log.csv', [earlier]);
      const given = className === 'CSVLogger' ? { store, ...args } : args;
      const made = make(callbacks, className, given) as callbacks.Callback;
      const [seen, lines] = await printing(() => drive(made));
      for (const key of ['log.csv', 'other.csv']) {
        const source = await store.open(key);
        if (source) seen.set(key, new TextDecoder().decode(await readAll(source)));
      }
      return seen.set('printed', lines);
    },
  };
}

const monitor = acts('val_loss', 'loss');
const verbose = acts(0, 1);
const mode = acts('min', 'max');
const HOOKS = [
  'on_epoch_begin',
  'on_epoch_end',
  'on_batch_begin',
  'on_batch_end',
  'on_train_begin',
  'on_train_end',
  'on_train_batch_begin',
  'on_train_batch_end',
];

/** Callbacks. */
export const CALLBACKS: readonly Subject[] = [
  callback(
    'CSVLogger',
    { filename: 'log.csv' },
    {
      filename: acts('log.csv', 'other.csv'),
      separator: acts(',', ';'),
      append: acts(false, true),
    },
  ),
  callback(
    'EarlyStopping',
    { patience: 1 },
    {
      monitor,
      min_delta: acts(0, 0.15),
      patience: acts(0, 2),
      verbose,
      mode,
      baseline: acts(null, 0.1, { patience: 2 }),
      restore_best_weights: acts(false, true),
      start_from_epoch: acts(0, 4),
    },
  ),
  callback(
    'LambdaCallback',
    {},
    Object.fromEntries(HOOKS.map((name) => [name, acts(null, () => console.log('called'))])),
  ),
  callback(
    'LearningRateScheduler',
    { schedule: (epoch: number) => epoch + 1 },
    {
      schedule: acts(
        (epoch: number) => epoch + 1,
        (_: number, rate: number) => rate / 2,
      ),
      verbose,
    },
  ),
  callback(
    'ModelCheckpoint',
    { filepath: 'model.{epoch:02d}' },
    {
      filepath: acts('model.{epoch:02d}', 'model.{val_loss:.2f}'),
      monitor: acts('val_loss', 'val_acc', { save_best_only: true, mode: 'min' }),
      verbose,
      save_best_only: acts(false, true),
      save_weights_only: acts(false, true),
      mode: acts('min', 'max', { save_best_only: true }),
      save_freq: acts('epoch', 3),
      period: acts(1, 2),
      options: acts(null, { experimental: 1 }),
      initial_value_threshold: acts(null, 0.78, { save_best_only: true }),
    },
  ),
  callback(
    'ProgbarLogger',
    {},
    {
      count_mode: refused('samples', /count_mode/, 'the training loop counts steps'),
      stateful_metrics: refused(['loss'], /stateful_metrics/, 'results are shown as they are'),
    },
  ),
  callback(
    'RemoteMonitor',
    {},
    {
      root: acts('http://localhost:9000', 'http://localhost:9001'),
      path: acts('/publish/epoch/end/', '/other/'),
      field: acts('data', 'results'),
      headers: acts(null, { 'X-Run': '1' }),
      send_as_json: acts(false, true),
    },
  ),
  callback(
    'ReduceLROnPlateau',
    { patience: 1 },
    {
      monitor,
      factor: acts(0.1, 0.5),
      patience: acts(1, 2),
      verbose,
      mode,
      min_delta: acts(1e-4, 0.3),
      cooldown: acts(0, 2),
      min_lr: acts(0, 0.04),
    },
  ),
];
