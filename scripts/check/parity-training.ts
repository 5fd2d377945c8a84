import {
  callbacks,
  constraints,
  type Layer,
  layers,
  losses,
  type Model,
  metrics,
  mixed_precision,
  optimizers,
  Sequential,
  utils,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import {
  data,
  end,
  net,
  numbers,
  type ParityCase,
  Recorder,
  ran,
  rows,
  twoOutputs,
  weightsOf,
} from './parity-base.ts';
import { MODELS } from './parity-models.ts';

const { schedules } = optimizers;
const sgd = (learning_rate: number | object = 0.1, options: object = {}) =>
  new optimizers.SGD({ learning_rate, ...options } as never);
const THREE = [0, 4, 8];

function batch(start: number, weighted = false): tf.Tensor[] {
  const { X, Y, WEIGHTS } = data();
  const part = [X, Y, WEIGHTS].map((tensor) => rows(tensor as tf.Tensor, start, start + 4));
  return weighted ? part : part.slice(0, 2);
}

function* endless() {
  for (let step = 0; ; step += 1) yield batch((step % 3) * 4, true) as never;
}

function* once() {
  for (const start of THREE) yield batch(start) as never;
}

class Batches extends utils.Sequence {
  __len__(): number {
    return 3;
  }

  __getitem__(index: number) {
    return batch(index * 4) as never;
  }
}

const IDS = [
  [1, 2, 0, 0],
  [3, 1, 2, 0],
  [2, 0, 0, 0],
  [1, 1, 3, 2],
  [3, 0, 0, 0],
  [2, 3, 1, 0],
];

function maskedNet(return_sequences = true): Sequential {
  const list = [
    new layers.Embedding({ input_dim: 4, output_dim: 3, mask_zero: true, input_length: 4 }),
    new layers.LSTM({ units: 3, return_sequences }),
    new layers.Dense({ units: 2 }),
  ];
  return weightsOf(new Sequential({ layers: list }));
}

function hidden(model: Model): Layer {
  return model.get_layer('hidden');
}

const WEIGHING: Readonly<Record<string, ParityCase>> = {
  async class_and_sample_weights(log) {
    const { X, LABELS, WEIGHTS: sample_weight } = data();
    const model = net(3, 'softmax');
    const loss = 'sparse_categorical_crossentropy';
    const names = { metrics: ['accuracy'], weighted_metrics: ['accuracy'] };
    model.compile({ optimizer: sgd(), loss, ...names });
    const class_weight = { 0: 1, 1: 0.5, 2: 3 };
    await ran(log, model, X, LABELS, { epochs: 2, class_weight, sample_weight });
    const options = { batch_size: 5, verbose: 0 } as const;
    log.add('evaluated', await model.evaluate(X, LABELS, { ...options, sample_weight }));
    log.add('by name', await model.evaluate(X, LABELS, { ...options, return_dict: true }));
  },
  async class_weights_of_one_hot_labels(log) {
    const { X, ONE_HOT } = data();
    const model = net(3, 'softmax');
    const names = { metrics: ['acc', 'ce'], weighted_metrics: ['acc'] };
    model.compile({ optimizer: sgd(), loss: 'categorical_crossentropy', ...names });
    await ran(log, model, X, ONE_HOT, { epochs: 2, class_weight: { 0: 1, 1: 0.5, 2: 3 } });
    const options = { class_weight: { 0: 2, 1: 0.5, 2: 1 }, return_dict: true };
    log.add('on batch', await model.train_on_batch(X, ONE_HOT, options));
  },
  async class_weights_of_columns(log) {
    const { X, LABELS } = data();
    const model = net(1, 'sigmoid');
    const names = { metrics: ['accuracy'], weighted_metrics: ['mae'] };
    model.compile({ optimizer: sgd(), loss: 'binary_crossentropy', ...names });
    const y = tf.reshape(tf.cast(tf.greater(LABELS, 0), 'float32'), [12, 1]);
    await ran(log, model, X, y, { epochs: 2, class_weight: { 0: 1, 1: 0.5 } });
  },
  async class_weights_refused(log) {
    const { X, Y, LABELS, ONE_HOT } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    const gap = { class_weight: { 0: 1, 2: 1 }, verbose: 0 } as const;
    await log.error('gap', () => model.fit(X, LABELS, gap));
    const two = twoOutputs();
    two.compile({ optimizer: sgd(), loss: 'mse' });
    const options = { class_weight: { 0: 1, 1: 1 }, verbose: 0 } as const;
    await log.error('two outputs', () => two.fit(X, [Y, ONE_HOT], options));
  },
  async validation_split(log) {
    const { X, Y, WEIGHTS: sample_weight } = data();
    const model = net();
    const names = { metrics: ['mae'], weighted_metrics: ['mse'] };
    model.compile({ optimizer: sgd(), loss: 'mse', ...names });
    const validation = { validation_split: 0.3, validation_batch_size: 2 };
    await ran(log, model, X, Y, { epochs: 2, sample_weight, ...validation });
  },
  async validation_data(log) {
    const { X, Y, WEIGHTS } = data();
    const model = net();
    const names = { metrics: ['mae'], weighted_metrics: ['mae'] };
    model.compile({ optimizer: sgd(), loss: 'mse', ...names });
    const five = [rows(X, 0, 5), rows(Y, 0, 5), rows(WEIGHTS, 0, 5)] as const;
    await ran(log, model, X, Y, { epochs: 4, validation_data: five, validation_freq: 2 });
    const counts = { validation_freq: [1, 4], validation_steps: 2, validation_batch_size: 2 };
    const validation_data = [rows(X, 0, 6), rows(Y, 0, 6)] as const;
    await ran(log, model, X, Y, { epochs: 4, validation_data, ...counts });
  },
  async losses_by_list(log) {
    const { X, Y, ONE_HOT, WEIGHTS } = data();
    const model = twoOutputs();
    model.compile({
      optimizer: sgd(),
      loss: ['mse', 'categorical_crossentropy'],
      loss_weights: [0.3, 2],
      metrics: [['mae'], ['accuracy', 'mse']],
      weighted_metrics: [['mae'], []],
    });
    const sample_weight = [WEIGHTS, tf.sub(1, WEIGHTS)];
    await ran(log, model, X, [Y, ONE_HOT], { epochs: 2, sample_weight });
    log.add('evaluated', await model.evaluate(X, [Y, ONE_HOT], { verbose: 0 }));
    log.add('names', model.metrics_names);
  },
  async losses_by_name(log) {
    const { X, Y, ONE_HOT, WEIGHTS } = data();
    const model = twoOutputs();
    const second = new losses.CategoricalCrossentropy({ label_smoothing: 0.1 });
    const names = { loss_weights: { second: 0.5 }, metrics: { second: 'acc' } };
    model.compile({ optimizer: sgd(), loss: { first: 'mae', second }, ...names });
    const sample_weight = { second: WEIGHTS };
    await ran(log, model, { x: X }, { first: Y, second: ONE_HOT }, { epochs: 2, sample_weight });
  },
  async one_loss_for_all(log) {
    const { X, Y, ONE_HOT } = data();
    const model = twoOutputs();
    model.compile({ optimizer: sgd(), loss: 'mse', metrics: ['mae'] });
    await ran(log, model, X, [Y, ONE_HOT], { epochs: 2 });
    log.add('on batch', await model.test_on_batch(X, [Y, ONE_HOT]));
  },
  async outputs_without_loss(log) {
    const { X, Y, ONE_HOT } = data();
    const model = twoOutputs();
    model.compile({ optimizer: sgd(), loss: ['mse', null], metrics: [['mae'], null] });
    await ran(log, model, X, [Y, ONE_HOT], { epochs: 2 });
  },
  async outputs_in_a_dictionary(log) {
    const { X, Y, ONE_HOT } = data();
    const model = twoOutputs(true);
    model.compile({
      optimizer: sgd(),
      loss: { a: 'mse', b: 'categorical_crossentropy' },
      metrics: { b: ['accuracy'], a: 'mae' },
      loss_weights: { a: 2, b: 1 },
    });
    await ran(log, model, X, { a: Y, b: ONE_HOT }, { epochs: 2, validation_split: 0.25 });
    log.add('predicted', await model.predict(X, { verbose: 0 }));
    log.add('on batch', await model.predict_on_batch(rows(X, 0, 2)));
  },
  async masks(log) {
    const { WEIGHTS } = data();
    const targets = numbers([6, 4, 2], 2);
    const model = maskedNet();
    const names = { metrics: ['mae'], weighted_metrics: ['mae'] };
    model.compile({ optimizer: sgd(), loss: 'mse', ...names });
    const steps = tf.abs(numbers([6, 4], 5));
    await ran(log, model, IDS, targets, { epochs: 2 });
    await ran(log, model, IDS, targets, { epochs: 1, sample_weight: rows(WEIGHTS, 0, 6) });
    await ran(log, model, IDS, targets, { epochs: 1, sample_weight: steps });
    const options = { verbose: 0, sample_weight: steps } as const;
    log.add('evaluated', await model.evaluate(IDS, targets, options));
  },
  async loss_without_reduction(log) {
    const { X, Y, WEIGHTS: sample_weight } = data();
    for (const reduction of ['none', 'sum', 'sum_over_batch_size']) {
      const model = net();
      const loss = new losses.MeanSquaredError({ reduction: reduction as 'none' });
      model.compile({ optimizer: sgd(0.01), loss });
      await ran(log, model, X, Y, { epochs: 2, sample_weight });
    }
  },
  async labels_of_another_rank(log) {
    const { X, Y, LABELS, WEIGHTS } = data();
    const column = tf.slice(Y as tf.Tensor2D, [0, 0], [12, 1]);
    const model = net(1);
    model.compile({ optimizer: sgd(), loss: 'mse', metrics: ['mae', 'mse'] });
    const sample_weight = tf.reshape(WEIGHTS, [12, 1]);
    await ran(log, model, X, tf.reshape(column, [12]), { epochs: 1, sample_weight });
    await ran(log, model, X, column, { epochs: 1, sample_weight: WEIGHTS });
    const classes = net(3, 'softmax');
    const loss = 'sparse_categorical_crossentropy';
    classes.compile({ optimizer: sgd(), loss, metrics: ['accuracy', 'crossentropy'] });
    await ran(log, classes, X, tf.reshape(LABELS, [12, 1]), { epochs: 1 });
  },
  async metrics_of_labels(log) {
    const { X, ONE_HOT } = data();
    const model = net(3, 'softmax');
    const list = [
      new metrics.AUC({ num_thresholds: 10 }),
      new metrics.Precision(),
      new metrics.TopKCategoricalAccuracy({ k: 2 }),
      'categorical_accuracy',
      'cosine_similarity',
    ];
    model.compile({ optimizer: sgd(), loss: 'categorical_crossentropy', metrics: list });
    await ran(log, model, X, ONE_HOT, { epochs: 2, validation_split: 0.25 });
    log.add('names', model.metrics_names);
  },
  async names_of_metrics(log) {
    const { X, Y } = data();
    const model = net();
    const list = ['mse', 'MAE', 'mean_squared_error', 'cosine_similarity', 'logcosh'];
    const weighted_metrics = ['mse', 'mape'];
    model.compile({ optimizer: sgd(), loss: 'MSE', metrics: list, weighted_metrics });
    await ran(log, model, X, Y, { epochs: 1 });
    log.add('names', model.metrics_names);
  },
};

const FEEDING: Readonly<Record<string, ParityCase>> = {
  async steps_of_arrays(log) {
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 3, steps_per_epoch: 2 });
    await ran(log, model, X, Y, { epochs: 2, steps_per_epoch: 2, batch_size: null });
    const options = { batch_size: 4, steps: 2, verbose: 0 } as const;
    log.add('evaluated', await model.evaluate(X, Y, options));
    log.add('predicted', await model.predict(X, options));
  },
  async too_few_arrays(log) {
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 2, steps_per_epoch: 5, counted: false });
  },
  async initial_epoch(log) {
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 5, initial_epoch: 3 });
    await ran(log, model, X, Y, { epochs: 2, initial_epoch: 3 });
  },
  async last_batch_is_short(log) {
    const { X, Y } = data();
    const [x, y] = [rows(X, 0, 10), rows(Y, 0, 10)];
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse', metrics: ['mae'] });
    await ran(log, model, x, y, { epochs: 2 });
    log.add('evaluated', await model.evaluate(x, y, { batch_size: 4, verbose: 0 }));
    log.add('predicted', await model.predict(x, { batch_size: 4, verbose: 0 }));
  },
  async generators(log) {
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, endless(), null, { epochs: 3, steps_per_epoch: 2, batch_size: null });
    const validation = { validation_data: endless(), validation_steps: 2, counted: false };
    await ran(log, model, once(), null, { epochs: 1, batch_size: null, ...validation });
    log.add('evaluated', await model.evaluate(endless(), null, { steps: 2, verbose: 0 }));
    log.add('predicted', await model.predict(endless(), { steps: 2, verbose: 0 }));
  },
  async generator_runs_out(log) {
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    const options = { epochs: 3, steps_per_epoch: 2, batch_size: null, counted: false };
    await ran(log, model, once(), null, options);
  },
  async sequences(log) {
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, new Batches(), null, { epochs: 2, batch_size: null });
    const options = { epochs: 3, steps_per_epoch: 2, batch_size: null };
    await ran(log, model, new Batches(), null, { ...options, validation_data: new Batches() });
    log.add('evaluated', await model.evaluate(new Batches(), null, { verbose: 0 }));
    log.add('predicted', await model.predict(new Batches(), { verbose: 0 }));
  },
  async datasets(log) {
    const { X, Y } = data();
    const cut = (start: number) => [rows(X, start, start + 5), rows(Y, start, start + 5)] as never;
    async function* dataset(repeat: boolean) {
      do for (const start of [0, 5, 10]) yield cut(start);
      while (repeat);
    }
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    const again = () => dataset(false);
    const options = { epochs: 2, batch_size: null };
    await ran(log, model, again, null, { ...options, validation_data: again, validation_steps: 2 });
    await ran(log, model, dataset(true), null, { ...options, steps_per_epoch: 2 });
  },
  async on_batches(log) {
    const { X, Y, WEIGHTS } = data();
    const cut = (start: number) => batch(start) as [tf.Tensor, tf.Tensor];
    const model = net();
    const names = { metrics: ['mae'], weighted_metrics: ['mse'] };
    model.compile({ optimizer: sgd(), loss: 'mse', ...names });
    log.add('first', await model.train_on_batch(...cut(0)));
    const kept = { reset_metrics: false };
    const weighted = { ...kept, sample_weight: rows(WEIGHTS, 0, 4) };
    log.add('kept', await model.train_on_batch(...cut(4), weighted));
    log.add('by name', await model.train_on_batch(...cut(8), { return_dict: true }));
    log.add('tested', await model.test_on_batch(X, Y, { sample_weight: WEIGHTS }));
    const named = { ...kept, return_dict: true };
    log.add('tested, kept', await model.test_on_batch(...cut(0), named));
    model.reset_metrics();
    log.add('tested alone', await model.test_on_batch(...cut(0), kept));
    log.add('predicted', await model.predict_on_batch(rows(X, 0, 4)));
    end(log, model);
  },
  async without_labels(log) {
    const { X, Y, ONE_HOT } = data();
    const quiet = { verbose: 0 } as const;
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await log.error('fit', () => model.fit(X, null, quiet));
    const none = [rows(X, 0, 0), rows(Y, 0, 0)] as const;
    await log.error('fit of nothing', () => model.fit(...none, quiet));
    await log.error('numbers of samples', () => model.fit(X, rows(Y, 0, 3), quiet));
    const half = { ...quiet, validation_split: 0.5 };
    await log.error('split of all', () => model.fit(rows(X, 0, 1), rows(Y, 0, 1), half));
    await log.error('not compiled', () => net().fit(X, Y, quiet));
    await log.error('evaluate, not compiled', () => net().evaluate(X, Y, quiet));
    await log.error('predict, not compiled', () => net().predict(X, quiet));
    const trained = (compiled: object, other: Model = net(), y: unknown = Y) => {
      other.compile({ optimizer: 'sgd', ...compiled });
      return other.fit(X, y as tf.Tensor, quiet);
    };
    await log.error('unknown loss', () => trained({ loss: 'no such loss' }));
    await log.error('unknown optimizer', () => net().compile({ optimizer: 'no such optimizer' }));
    const loss = { first: 'mse', third: 'mse' };
    await log.error('name of an output', () => trained({ loss }, twoOutputs(), [Y, ONE_HOT]));
  },
};

const STATE: Readonly<Record<string, ParityCase>> = {
  async freezing(log) {
    const { X, Y } = data();
    const model = net();
    const optimizer = new optimizers.Adam({ learning_rate: 0.05 });
    for (const trainable of [true, false, true]) {
      hidden(model).trainable = trainable;
      model.compile({ optimizer, loss: 'mse' });
      await ran(log, model, X, Y);
    }
  },
  async thawing(log) {
    const { X, Y } = data();
    const model = net();
    for (const trainable of [false, true]) {
      hidden(model).trainable = trainable;
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      await ran(log, model, X, Y);
    }
  },
  async freezing_without_compiling(log) {
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, X, Y);
    hidden(model).trainable = false;
    await ran(log, model, X, Y);
    log.add('on batch', await model.train_on_batch(X, Y));
    end(log, model);
  },
  async all_frozen(log) {
    const { X, Y } = data();
    for (const kinds of [optimizers, optimizers.legacy]) {
      const model = net();
      model.trainable = false;
      model.compile({ optimizer: new kinds.SGD({ learning_rate: 0.1 }), loss: 'mse' });
      await ran(log, model, X, Y);
    }
  },
  async frozen_normalization(log) {
    const { X, Y } = data();
    const norm = new layers.BatchNormalization({ name: 'norm' });
    const first = new layers.Dense({ units: 4, input_shape: [3] });
    const list = [first, norm, new layers.Dense({ units: 2 })];
    const model = weightsOf(new Sequential({ layers: list }));
    for (const trainable of [true, false]) {
      norm.trainable = trainable;
      model.compile({ optimizer: sgd(), loss: 'mse' });
      await ran(log, model, X, Y);
    }
  },
  async scaled_loss_overflows(log) {
    const { X, Y } = data();
    mixed_precision.set_global_policy('mixed_float16');
    const first = new layers.Dense({ units: 4, input_shape: [3] });
    const list = [first, new layers.Dense({ units: 2, dtype: 'float32' })];
    const model = weightsOf(new Sequential({ layers: list }));
    mixed_precision.set_global_policy('float32');
    const options = { initial_scale: 2 ** 20, dynamic_growth_steps: 2 };
    const optimizer = new mixed_precision.LossScaleOptimizer({
      inner_optimizer: sgd(),
      ...options,
    });
    model.compile({ optimizer, loss: 'mse' });
    const scales: number[][] = [];
    for (let step = 0; step < 8; step += 1) {
      await model.train_on_batch(X, tf.mul(Y, 4));
      scales.push([optimizer.loss_scale, Number(optimizer.iterations.values()[0])]);
    }
    log.add('scales', scales);
    log.add('some step overflows', (scales[0]?.[0] ?? 0) < 2 ** 20);
  },
  async several_steps_at_once(log) {
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse', metrics: ['mae'], steps_per_execution: 2 });
    const options = { epochs: 2, batch_size: 2, validation_batch_size: 4 };
    await ran(log, model, rows(X, 0, 10), rows(Y, 0, 10), {
      ...options,
      validation_data: [X, Y],
      callbacks: [new Recorder(log)],
    });
    const common = { batch_size: 4, verbose: 0 } as const;
    await model.evaluate(X, Y, { ...common, callbacks: [new Recorder(log)] });
    const recorder = new Recorder(log, ['on_predict_batch_begin']);
    log.add('predicted', await model.predict(X, { ...common, callbacks: [recorder] }));
  },
  async eagerly(log) {
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse', run_eagerly: true });
    await ran(log, model, X, Y);
    hidden(model).trainable = false;
    await ran(log, model, X, Y);
    log.add('eager', model.run_eagerly);
  },
  async embeddings_by_rows(log) {
    const classes = ['Adam', 'RMSprop', 'Adagrad', 'Ftrl', 'SGD'] as const;
    for (const name of classes) {
      for (const space of ['current', 'legacy'] as const) {
        const kinds = space === 'legacy' ? optimizers.legacy : optimizers;
        const options = name === 'SGD' ? { momentum: 0.5 } : {};
        const optimizer = new kinds[name]({ learning_rate: 0.05, ...options });
        const model = maskedNet(false);
        model.compile({ optimizer, loss: 'mse' });
        log.part(`${name.toLowerCase()}, ${space}`);
        await ran(log, model, IDS, numbers([6, 2], 3), { epochs: 2, batch_size: 2 });
      }
    }
  },
  async states_of_sequences(log) {
    const shape = { stateful: true, batch_input_shape: [2, 3, 2], name: 'rnn' };
    const rnn = new layers.LSTM({ units: 3, ...shape });
    const model = weightsOf(new Sequential({ layers: [rnn, new layers.Dense({ units: 1 })] }));
    model.compile({ optimizer: sgd(), loss: 'mse' });
    const [x, y] = [numbers([6, 3, 2], 1), numbers([6, 1], 2)];
    await ran(log, model, x, y, { epochs: 2, batch_size: 2 });
    log.add('states', rnn.states);
    model.reset_states();
    log.add('reset', rnn.states);
    log.add('predicted', await model.predict(x, { batch_size: 2, verbose: 0 }));
    const reset = new callbacks.LambdaCallback({ on_epoch_begin: () => model.reset_states() });
    await ran(log, model, x, y, { epochs: 2, batch_size: 2, callbacks: [reset] });
  },
  async averages_of_weights(log) {
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(0.1, { use_ema: true, ema_momentum: 0.5 }), loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 2 });
    log.add('on batch', await model.train_on_batch(X, Y));
    end(log, model);
  },
  async clipped(log) {
    const { X, Y } = data();
    for (const options of [{ clipnorm: 0.05 }, { clipvalue: 0.01 }, { global_clipnorm: 0.05 }]) {
      const model = net();
      model.compile({ optimizer: sgd(0.1, options), loss: 'mse' });
      await ran(log, model, X, Y, { epochs: 1 });
    }
  },
  async constrained(log) {
    const { X, Y } = data();
    const kernel_constraint = new constraints.MaxNorm({ max_value: 0.5 });
    const bounds = { kernel_constraint, bias_constraint: 'non_neg' };
    const first = new layers.Dense({ units: 4, input_shape: [3], ...bounds });
    const last = new layers.Dense({ units: 2, kernel_constraint: 'unit_norm' });
    const model = weightsOf(new Sequential({ layers: [first, last] }));
    model.compile({ optimizer: sgd(), loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 2 });
  },
  async scheduled(log) {
    const { X, Y } = data();
    const model = net();
    const [boundaries, values] = [
      [2, 4],
      [0.1, 0.05, 0.01],
    ];
    const optimizer = sgd(new schedules.PiecewiseConstantDecay({ boundaries, values } as never));
    model.compile({ optimizer, loss: 'mse' });
    await ran(log, model, X, Y, { epochs: 2 });
    const decay = { initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 0.5 };
    const learning_rate = new schedules.InverseTimeDecay(decay);
    model.compile({ optimizer: new optimizers.legacy.SGD({ learning_rate }), loss: 'mse' });
    await model.fit(X, Y, { epochs: 2, batch_size: 4, verbose: 0, shuffle: false });
    log.add('weights', model.get_weights());
  },
  async stopped_within_an_epoch(log) {
    class Stop extends callbacks.Callback {
      override on_train_batch_end(number: number): void {
        if (number === 1) this.running_model.stop_training = true;
      }
    }
    const { X, Y } = data();
    const model = net();
    model.compile({ optimizer: sgd(), loss: 'mse' });
    const list = [new Stop(), new Recorder(log)];
    await ran(log, model, X, Y, { epochs: 3, validation_data: [X, Y], callbacks: list });
  },
};

/** Trainings, by name. */
export const TRAINING: Readonly<Record<string, ParityCase>> = {
  ...WEIGHING,
  ...FEEDING,
  ...STATE,
  ...MODELS,
};
