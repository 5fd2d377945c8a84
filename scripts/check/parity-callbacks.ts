import { cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { callbacks, train as checkpoints, optimizers, type Sequential, utils } from '@km/keras';
import {
  captured,
  data,
  end,
  net,
  type ParityCase,
  type ParityLog,
  type ParityReply,
  Recorder,
  rows,
} from './parity-base.ts';

type Callback = callbacks.Callback;
type FitOptions = Parameters<Sequential['fit']>[2];

function line(learning_rate = 0.1): Sequential {
  const model = net();
  const optimizer = new optimizers.SGD({ learning_rate });
  model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
  return model;
}

/** With the family of optimizers that all versions have. */
function oldAdam(): Sequential {
  const model = net();
  model.compile({ optimizer: new optimizers.legacy.Adam({ learning_rate: 0.05 }), loss: 'mse' });
  return model;
}

function adam(): Sequential {
  const model = net();
  model.compile({ optimizer: new optimizers.Adam({ learning_rate: 0.05 }), loss: 'mse' });
  return model;
}

/** Sets results as a script tells, epoch by epoch. */
class Script extends callbacks.Callback {
  readonly #series: Readonly<Record<string, readonly unknown[]>>;

  constructor(series: Readonly<Record<string, readonly unknown[]>>) {
    super();
    this.#series = series;
  }

  override on_epoch_end(epoch: number, logs: Record<string, unknown>): void {
    for (const [name, values] of Object.entries(this.#series)) logs[name] = values[epoch];
  }
}

function train(model: Sequential, list: Callback[], epochs: number, options: FitOptions = {}) {
  const { X, Y } = data();
  const common = { batch_size: 4, shuffle: false, verbose: 0 } as const;
  return model.fit(X, Y, { ...common, epochs, callbacks: list, ...options });
}

function* batches() {
  const { X, Y } = data();
  for (const start of [0, 4, 8]) {
    yield [rows(X, start, start + 4), rows(Y, start, start + 4)] as never;
  }
}

const QUIET = { verbose: 0 } as const;

const HOOKS: Readonly<Record<string, ParityCase>> = {
  async hooks(log) {
    const { X, Y } = data();
    const model = line();
    const validation_data = [rows(X, 0, 5), rows(Y, 0, 5)] as const;
    await train(model, [new Recorder(log)], 2, { validation_data });
    const options = { ...QUIET, batch_size: 5, callbacks: [new Recorder(log)] };
    log.add('evaluate');
    await model.evaluate(X, Y, options);
    log.add('predict');
    await model.predict(X, options);
  },
  async hooks_of_unknown_steps(log) {
    const model = line();
    const recorder = new Recorder(log);
    const options = { ...QUIET, callbacks: [recorder] };
    await model.fit(batches, null, { ...options, epochs: 2, validation_data: batches });
    log.add('params', recorder.params);
    await model.evaluate(batches, null, options);
    const few = new Recorder(log, ['on_predict_batch_begin', 'on_predict_end']);
    await model.predict(batches, { ...QUIET, callbacks: [few] });
  },
  async parameters(log) {
    const { X, Y } = data();
    const model = line();
    const recorder = new Recorder(log, []);
    await train(model, [recorder], 3, { initial_epoch: 1 });
    log.add('fit', recorder.params);
    await model.evaluate(X, Y, { ...QUIET, callbacks: [recorder] });
    log.add('evaluate', recorder.params);
    await model.predict(X, { ...QUIET, callbacks: [recorder], steps: 1 });
    log.add('predict', recorder.params);
  },
  async old_hooks(log) {
    const numbered = ['on_batch_begin', 'on_batch_end', 'on_epoch_begin', 'on_epoch_end'];
    const hooks = numbered.map((name) => [
      name,
      (number: number, logs: object) => log.add(name, [number, { ...logs }]),
    ]);
    const whole = ['on_train_begin', 'on_train_end'].map((name) => [
      name,
      (logs: object) => log.add(name, { ...logs }),
    ]);
    const lambda = new callbacks.LambdaCallback(Object.fromEntries([...hooks, ...whole]));
    await train(line(), [lambda], 1);
  },
  async history(log) {
    const model = line();
    const found = await train(model, [], 2);
    log.add('params', found.params);
    log.add('same', found === model.history);
    const again = new callbacks.History();
    await train(model, [again], 2);
    await train(model, [again], 1);
    log.add('again', [again.epoch, again.history]);
  },
};

const STOPPING: Readonly<Record<string, ConstructorParameters<typeof callbacks.EarlyStopping>[0]>> =
  {
    patience: { patience: 1 },
    'no patience': {},
    min_delta: { min_delta: 0.15, patience: 1 },
    'mode max': { mode: 'max', patience: 1 },
    baseline: { baseline: 0.45, patience: 2 },
    'baseline never': { baseline: 0.1, patience: 2 },
    restore: { patience: 2, restore_best_weights: true, verbose: 1 },
    'restore at once': { patience: 0, restore_best_weights: true, baseline: 0, verbose: 1 },
    'start late': { start_from_epoch: 3, patience: 1, restore_best_weights: true },
    accuracy: { monitor: 'val_accuracy', patience: 1 },
    missing: { monitor: 'nothing', patience: 0 },
    'restore, not stopped': { patience: 20, restore_best_weights: true, verbose: 1 },
  };

const PLATEAUS: Readonly<
  Record<string, ConstructorParameters<typeof callbacks.ReduceLROnPlateau>[0]>
> = {
  patience: { patience: 1, factor: 0.5 },
  cooldown: { patience: 1, factor: 0.5, cooldown: 2 },
  min_lr: { patience: 1, factor: 0.1, min_lr: 0.05 },
  min_delta: { patience: 1, factor: 0.5, min_delta: 0.3 },
  'mode max': { patience: 1, factor: 0.5, mode: 'max' },
  accuracy: { monitor: 'val_acc', patience: 1, factor: 0.5 },
  missing: { monitor: 'nothing', patience: 1 },
};

const WATCHING: Readonly<Record<string, ParityCase>> = {
  async early_stopping(log) {
    const values = [0.9, 0.5, 0.6, 0.4, 0.45, 0.7, 0.3, 0.35, 0.36, 0.37];
    const script = new Script({ val_loss: values, val_accuracy: values });
    for (const [name, options] of Object.entries(STOPPING)) {
      const model = line();
      const stop = new callbacks.EarlyStopping({ monitor: 'val_loss', ...options });
      log.part(name);
      const epochs = await log.printed('text', async () => {
        return (await train(model, [script, stop], 10)).epoch;
      });
      log.add('epochs', [epochs, stop.stopped_epoch, stop.best]);
      log.add('best and wait', [stop.best_epoch, stop.wait]);
      log.add('weights', model.get_weights());
    }
  },
  async plateaus(log) {
    const values = [0.9, 0.5, 0.6, 0.4, 0.45, 0.7, 0.3, 0.35];
    const script = new Script({ val_loss: values, val_acc: values });
    for (const [name, options] of Object.entries(PLATEAUS)) {
      const common = { monitor: 'val_loss', verbose: 1 };
      const reduce = new callbacks.ReduceLROnPlateau({ ...common, ...options });
      const history = await log.printed(`${name}, text`, async () => {
        return (await train(line(), [script, reduce], 8)).history;
      });
      log.add(name, history);
    }
  },
  async scheduled_rates(log) {
    const model = line();
    const trained = (label: string, schedule: (epoch: number, rate: number) => number, n: number) =>
      log.printed(label, async () => {
        const scheduler = new callbacks.LearningRateScheduler({ schedule, verbose: 1 });
        return (await train(model, [scheduler], n)).history;
      });
    const halved = (epoch: number, rate: number): number => (epoch % 2 ? rate * 0.5 : 0.3);
    log.add('history', await trained('text', halved, 4));
    const falling = (epoch: number): number => 0.1 / (epoch + 1);
    log.add('history', await trained('text of epochs alone', falling, 2));
    const wrong = new callbacks.LearningRateScheduler({ schedule: () => 'fast' as never });
    await log.error('no number', () => train(model, [wrong], 1));
  },
  async terminated(log) {
    const recorder = new Recorder(log, ['on_train_batch_end', 'on_epoch_end']);
    const epochs = await log.printed('text', async () => {
      const terminate = new callbacks.TerminateOnNaN();
      return (await train(line(1e30), [terminate, recorder], 4)).epoch;
    });
    log.add('epochs', epochs);
  },
  async progress(log) {
    const { X, Y } = data();
    const model = line();
    const verbose = 2;
    const options = { verbose } as const;
    const split = { ...options, validation_split: 0.25 };
    await log.printed('fit 2', () => train(model, [], 2, split));
    await log.printed('one epoch 2', () => train(model, [], 1, options));
    await log.printed('evaluate 2', () => model.evaluate(X, Y, options));
    await log.printed('predict 2', () => model.predict(X, { ...options, batch_size: 5 }));
    await log.printed('unknown 2', () => model.fit(batches, null, { ...options, epochs: 2 }));
    await log.printed('from an epoch on', () =>
      train(model, [], 3, { ...options, initial_epoch: 2 }),
    );
  },
};

type Checkpoint = Omit<ConstructorParameters<typeof callbacks.ModelCheckpoint>[0], 'filepath'>;

const CHECKPOINTS: Readonly<Record<string, readonly [string, Checkpoint]>> = {
  'every epoch': ['all-{epoch:02d}-{loss:.2f}.h5', {}],
  weights: ['weights-{epoch}.weights.h5', { save_weights_only: true }],
  'weights of h5': ['weights-{epoch}.h5', { save_weights_only: true }],
  best: ['best.h5', { save_best_only: true }],
  'best by name': ['best-{epoch}-{val_loss:.1f}.h5', { save_best_only: true }],
  highest: ['high-{epoch}.h5', { save_best_only: true, mode: 'max' }],
  accuracy: ['acc-{epoch}.h5', { save_best_only: true, monitor: 'val_acc' }],
  'from a threshold': ['under-{epoch}.h5', { save_best_only: true, initial_value_threshold: 0.45 }],
  batches: ['batch-{epoch}-{batch:02d}.h5', { save_freq: 2 }],
  'batches of five': ['five-{epoch}-{batch}-{loss:.3f}.h5', { save_freq: 5 }],
  'best of batches': [
    'lowest-{epoch}-{batch}.h5',
    { save_freq: 2, save_best_only: true, monitor: 'loss' },
  ],
  'every other epoch': ['other-{epoch}.h5', { period: 2 }],
  archive: ['archive-{epoch}.keras', {}],
  missing: ['missing.h5', { save_best_only: true, monitor: 'nothing' }],
  'missing name': ['missing-{nothing}.h5', {}],
  'in a folder': ['deep/er/{epoch}.h5', {}],
};

const BOARDS: Readonly<Record<string, ConstructorParameters<typeof callbacks.TensorBoard>[0]>> = {
  plain: {},
  graph: { write_graph: false },
  histograms: { histogram_freq: 1 },
  batches: { update_freq: 'batch' },
  'some batches': { update_freq: 2 },
  'batches and speed': { update_freq: 'batch', write_steps_per_second: true },
  'some batches and speed': { update_freq: 2, write_steps_per_second: true },
  speed: { write_steps_per_second: true },
};

class Breaker extends callbacks.Callback {
  readonly #epoch: number;
  readonly #batch: number | null;
  #now = -1;

  constructor(epoch: number, batch: number | null) {
    super();
    this.#epoch = epoch;
    this.#batch = batch;
  }

  override on_epoch_begin(epoch: number): void {
    this.#now = epoch;
    if (this.#batch === null && epoch === this.#epoch) throw new Error('broken');
  }

  override on_train_batch_begin(batch: number): void {
    if (this.#now === this.#epoch && batch === this.#batch) throw new Error('broken');
  }
}

const BACKUPS: readonly (readonly [string, object, readonly [number, number | null]])[] = [
  ['epochs', {}, [2, null]],
  ['epochs, within', {}, [2, 1]],
  ['batches', { save_freq: 3 }, [2, 0]],
  ['kept', { delete_checkpoint: false }, [2, null]],
];

class Rows extends utils.Sequence {
  __len__(): number {
    return 3;
  }

  __getitem__(place: number) {
    const { X, Y } = data();
    return [rows(X, place * 4, place * 4 + 4), rows(Y, place * 4, place * 4 + 4)] as const;
  }
}

function* endless() {
  for (;;) yield* batches();
}

type Kind = 'arrays' | 'sequence' | 'generator';

function trainFrom(kind: Kind, model: Sequential, list: Callback[]) {
  const options = { ...QUIET, epochs: 4, shuffle: false, callbacks: list };
  if (kind === 'arrays') return train(model, list, 4);
  if (kind === 'sequence') return model.fit(new Rows(), null, options);
  return model.fit(endless(), null, { ...options, steps_per_epoch: 3 });
}

/** What is trained on, the arguments, where the training breaks off, and the steps that are taken at once. */
const PARTS: Readonly<Record<string, readonly [Kind, object, [number, number | null], number]>> = {
  'every batch': ['arrays', { save_freq: 1 }, [2, 2], 1],
  'every other batch': ['arrays', { save_freq: 2 }, [1, 2], 1],
  'behind the last batch': ['arrays', { save_freq: 1 }, [2, null], 1],
  kept: ['arrays', { save_freq: 2, delete_checkpoint: false }, [2, 2], 1],
  sequence: ['sequence', { save_freq: 1 }, [2, 2], 1],
  'sequence, other batches': ['sequence', { save_freq: 2 }, [1, 2], 1],
  generator: ['generator', { save_freq: 1 }, [2, 2], 1],
  'two at once': ['arrays', { save_freq: 1 }, [1, 2], 2],
  'two at once, every other time': ['arrays', { save_freq: 2 }, [2, 0], 2],
  'before the first backup': ['arrays', { save_freq: 5 }, [1, 0], 1],
};
const COUNTERS = ['ckpt_saved_batch', 'ckpt_saved_epoch', 'save_counter', 'train_counter'];

/** Logs the counters of a backup. */
async function counters(log: ParityLog, folder: string): Promise<void> {
  const newest = await checkpoints.latest_checkpoint(path.join(folder, 'chief'));
  if (newest === null) return;
  const values = COUNTERS.map(async (name) => {
    const { data } = await checkpoints.load_variable(newest, `${name}/.ATTRIBUTES/VARIABLE_VALUE`);
    return data[0];
  });
  log.add('counters', await Promise.all(values));
}

const EXCHANGED: Readonly<Record<string, readonly [object, readonly [number, number]]>> = {
  epochs: [{}, [2, 1]],
  batches: [{ save_freq: 2 }, [2, 2]],
};

/** Goes on with a training, and logs how. */
async function takenUp(log: ParityLog, backup_dir: string, options: object): Promise<void> {
  const model = oldAdam();
  const backup = new callbacks.BackupAndRestore({ backup_dir, ...options });
  const recorder = new Recorder(log, ['on_epoch_begin', 'on_train_batch_end']);
  const { epoch, history } = await train(model, [backup, recorder], 4);
  log.add('history', [epoch, history]);
  log.add('weights', model.get_weights());
}

const hasFiles = (folder: string): boolean =>
  existsSync(folder) &&
  readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());

const FILES: Readonly<Record<string, ParityCase>> = {
  async checkpoints(log) {
    const values = [0.9, 0.5, 0.6, 0.4];
    const script = new Script({ val_loss: values, val_acc: values });
    for (const [name, [file, options]] of Object.entries(CHECKPOINTS)) {
      const before = new Set(log.paths());
      const filepath = log.path(file);
      const saver = new callbacks.ModelCheckpoint({ filepath, verbose: 1, ...options });
      log.part(name);
      await log.printed('text', () => log.error('run', () => train(line(), [script, saver], 4)));
      log.add(
        'files',
        log.paths().filter((found) => !before.has(found)),
      );
      log.add('best', saver.best);
    }
  },
  async checkpoints_of_steps_at_once(log) {
    const model = net();
    model.compile({ optimizer: 'sgd', loss: 'mse', steps_per_execution: 2 });
    const filepath = log.path('batch-{epoch}-{batch}.h5');
    const saver = new callbacks.ModelCheckpoint({ filepath, save_freq: 3 });
    await train(model, [saver], 3, { batch_size: 2 });
    log.add('files', log.paths());
  },
  async checkpoints_in_other_formats(log) {
    const make = (filepath: string, options: object = {}) =>
      new callbacks.ModelCheckpoint({ filepath, ...options });
    await train(line(), [make(log.path('weights'), { save_weights_only: true })], 1);
    log.add('weights', log.paths());
    await train(line(), [make(log.path('model-{epoch}'))], 2);
    const entries = readdirSync(log.folder, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory());
    log.add('folders', folders.map(({ name }) => name).sort());
    const options = { namespace_whitelist: [] };
    await log.error('options of an archive', () => make('a.keras', { options }));
    await log.error('options of another kind', () => make('a', { options: 4 }));
    await log.error('options of weights', () =>
      make('a', { save_weights_only: true, options: {} }),
    );
    await log.error('frequency', () => make('a', { save_freq: 'batch' }));
  },
  async csv(log) {
    const model = line();
    const logger = (name: string, options: object = {}) =>
      new callbacks.CSVLogger({ filename: log.path(name), ...options });
    const files = { plain: {}, again: { append: true }, anew: {}, separated: { separator: ';' } };
    for (const [name, options] of Object.entries(files)) {
      const file = name === 'separated' ? 'separated.csv' : 'a.csv';
      await train(model, [logger(file, options)], 2);
      log.text(name, file);
    }
    const { X, Y } = data();
    const validation = { validation_data: [X, Y], validation_freq: 2 } as const;
    await train(model, [logger('v.csv')], 3, validation);
    log.text('with validation now and then', 'v.csv');
    const lists = [
      [1.5, 2.5],
      [3.5, 4.5],
    ];
    const script = new Script({ list: lists, text: ['a', 'b,c'], zulu: [1.5, 2.5] });
    await train(model, [script, logger('s.csv')], 2);
    log.text('lists and texts', 's.csv');
    await train(model, [logger('new.csv', { append: true })], 1);
    log.text('appended to nothing', 'new.csv');
  },
  async backups(log) {
    for (const [name, options, place] of BACKUPS) {
      const backup_dir = log.path(name);
      const backup = () => new callbacks.BackupAndRestore({ backup_dir, ...options });
      const broken = () => train(adam(), [backup(), new Breaker(...place)], 4);
      log.part(name);
      await log.error('broken', broken);
      const model = adam();
      const recorder = new Recorder(log, ['on_train_batch_begin']);
      const { epoch } = await train(model, [backup(), recorder], 4);
      log.add('epochs', epoch);
      log.add('weights', model.get_weights());
      log.add('files', hasFiles(backup_dir));
    }
    log.part(null);
    const whole = adam();
    await train(whole, [], 4);
    log.add('uninterrupted', whole.get_weights());
  },
  async backups_within_epochs(log) {
    const made = (steps_per_execution: number): Sequential => {
      const model = net();
      const optimizer = new optimizers.Adam({ learning_rate: 0.05 });
      model.compile({ optimizer, loss: 'mse', steps_per_execution });
      return model;
    };
    for (const [name, [kind, options, place, atOnce]] of Object.entries(PARTS)) {
      const backup_dir = log.path(name);
      const backup = () => new callbacks.BackupAndRestore({ backup_dir, ...options });
      log.part(name);
      await log.error('broken', () =>
        trainFrom(kind, made(atOnce), [backup(), new Breaker(...place)]),
      );
      const files = () => log.paths().filter((file) => file.startsWith(`${name}${path.sep}`));
      log.add('files', files());
      await counters(log, backup_dir);
      const model = made(atOnce);
      const noted = ['on_epoch_begin', 'on_train_batch_begin', 'on_train_batch_end'];
      const history = await trainFrom(kind, model, [backup(), new Recorder(log, noted)]);
      log.add('history', [history.epoch, history.history]);
      end(log, model);
      log.add('files', files());
    }
    log.part(null);
    for (const wrong of [0, null, false, 'batch']) {
      const shown = { null: 'None', false: 'False' }[String(wrong)] ?? String(wrong);
      await log.error(`every ${shown}`, () => {
        const save_freq = wrong as never;
        const backup = new callbacks.BackupAndRestore({ backup_dir: log.path('wrong'), save_freq });
        return train(line(), [backup], 1);
      });
    }
  },
  async backups_from_there(log) {
    for (const [name, [options, place]] of Object.entries(EXCHANGED)) {
      const backup_dir = log.path(name);
      const backup = new callbacks.BackupAndRestore({ backup_dir, ...options });
      log.part(name);
      await train(oldAdam(), [backup, new Breaker(...place)], 4).catch(() => undefined);
      cpSync(backup_dir, `${backup_dir} left`, { recursive: true });
      await takenUp(log, backup_dir, options);
    }
  },
  async boards(log) {
    const { X, Y } = data();
    for (const [name, options] of Object.entries(BOARDS)) {
      const model = line();
      const board = new callbacks.TensorBoard({ log_dir: log.path(name), ...options });
      const validation_data = [X, Y] as const;
      await captured(() => train(model, [board], 3, { verbose: 1, validation_data }));
      const decay = { initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 0.5 };
      const learning_rate = new optimizers.schedules.InverseTimeDecay(decay);
      model.compile({ optimizer: new optimizers.SGD({ learning_rate }), loss: 'mse' });
      await captured(() => train(model, [board], 1, { verbose: 1 }));
      await model.evaluate(X, Y, { ...QUIET, callbacks: [board] });
    }
    log.add('written');
  },
};

/** Cases of callbacks that go on with what TensorFlow has left. */
export const CALLBACK_REPLIES: Readonly<Record<string, ParityReply>> = {
  async backups_from_here(log, theirs) {
    for (const [name, [options]] of Object.entries(EXCHANGED)) {
      const [, left] = theirs.find(([label]) => label === `${name}: left`) ?? [];
      if (left === undefined) continue;
      log.part(name);
      log.add('broken', 'refused');
      log.add('left', left);
      await takenUp(log, String(left), options);
    }
  },
};

/** Callbacks, by name. */
export const CALLBACKS: Readonly<Record<string, ParityCase>> = { ...HOOKS, ...WATCHING, ...FILES };
