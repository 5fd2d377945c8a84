import { assertClose } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  type Batch,
  gradients,
  Input,
  type KerasTensor,
  type Logs,
  layers,
  Model,
  optimizers,
  ready,
  regularizers,
  Sequential,
  type Tensors,
  utils,
} from '../src/index.ts';

const X = [
  [1, 2],
  [3, -1],
  [0.5, 0.5],
  [-2, 1],
  [2, 2],
  [-1, -1],
];
const Y = [[1], [2], [0], [-1], [3], [-2]];
const CLASSES = [0, 1, 2, 1, 0, 2];
const W1 = [
  [0.5, -0.3, 0.8],
  [0.1, 0.7, -0.6],
];
const B1 = [0.1, 0.2, -0.1];
const W2 = [[0.4], [-0.5], [0.3]];
const B2 = [0.05];
const W3 = [
  [0.4, -0.2, 0.1],
  [-0.5, 0.6, 0.3],
  [0.3, 0.2, -0.7],
];
const B3 = [0, 0, 0];
const QUIET = { shuffle: false, verbose: 0 } as const;
const BY_TWO = { batch_size: 2 };

beforeAll(async () => {
  await ready('cpu');
});

function regression(): Sequential {
  const model = new Sequential({
    layers: [
      new layers.Dense({ units: 3, activation: 'tanh', input_shape: [2] }),
      new layers.Dense({ units: 1 }),
    ],
  });
  model.set_weights([W1, B1, W2, B2]);
  return model;
}

/** Compares results with those of TensorFlow 2.15.1. */
function expectLogs(actual: Logs, expected: Record<string, number | number[]>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    assertClose(
      [actual[name]].flat() as number[],
      [values].flat(),
      { rtol: 1e-4, atol: 1e-6 },
      name,
    );
  }
}

test('fit weighs samples, validates, and records what TensorFlow records', async () => {
  const model = regression();
  model.compile({
    optimizer: new optimizers.SGD({ learning_rate: 0.1 }),
    loss: 'mse',
    metrics: ['mae'],
    weighted_metrics: ['mae'],
  });
  const { history } = await model.fit(X, Y, {
    ...QUIET,
    batch_size: 4,
    epochs: 3,
    sample_weight: [1, 2, 0.5, 1, 3, 0.1],
    validation_data: [X.slice(0, 3), Y.slice(0, 3)],
  });
  expectLogs(history, {
    loss: [3.8872154, 1.4239093, 1.6044921],
    mae: [1.1078209, 1.2371415, 1.2290181],
    weighted_mae: [1.4367411, 0.9629993, 0.9787529],
    val_loss: [2.5038986, 2.9974506, 2.6463153],
    val_mae: [1.4824901, 1.6713175, 1.5782531],
    val_weighted_mae: [1.4824901, 1.6713175, 1.5782531],
  });
  expectLogs(await model.evaluate(X, Y, { verbose: 0, return_dict: true }), {
    loss: 1.6005592,
    mae: 1.0112308,
    weighted_mae: 1.0112308,
  });
});

test('validation_split sets the last samples aside', async () => {
  const model = regression();
  model.compile({ optimizer: 'adam', loss: 'mae' });
  const options = { ...QUIET, batch_size: 2, epochs: 2, validation_split: 0.34 };
  const { history } = await model.fit(X, Y, options);
  expectLogs(history, { loss: [0.7053695, 0.7027922], val_loss: [1.6015972, 1.5998417] });
  const predicted = await model.predict(X.slice(0, 2), { verbose: 0 });
  assertClose(predicted.dataSync(), [-0.2532013, 1.1626588], { rtol: 1e-4 });
  expect(predicted.shape).toEqual([2, 1]);
});

test('class weights count in the loss and in weighted metrics', async () => {
  const model = new Sequential({
    layers: [
      new layers.Dense({ units: 3, activation: 'tanh', input_shape: [2] }),
      new layers.Dense({ units: 3, activation: 'softmax' }),
    ],
  });
  model.set_weights([W1, B1, W3, B3]);
  model.compile({
    optimizer: new optimizers.SGD({ learning_rate: 0.2 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
    weighted_metrics: ['ce'],
  });
  const { history } = await model.fit(X, CLASSES, {
    ...QUIET,
    batch_size: 3,
    epochs: 2,
    class_weight: { 0: 1, 1: 2, 2: 0.5 },
  });
  expectLogs(history, {
    loss: [1.6822896, 1.470212],
    accuracy: [0.1666667, 0.1666667],
    ce: [1.4419625, 1.2601817],
  });
});

function twoHeaded(): Model {
  const input = Input({ shape: [2], name: 'in' });
  const shared = new layers.Dense({
    units: 3,
    activation: 'tanh',
    kernel_regularizer: new regularizers.L2({ l2: 0.01 }),
  }).apply<KerasTensor>(input);
  const amount = new layers.Dense({ units: 1, name: 'amount' }).apply<KerasTensor>(shared);
  const kind = new layers.Dense({ units: 3, activation: 'softmax', name: 'kind' });
  const model = new Model({ inputs: input, outputs: [amount, kind.apply<KerasTensor>(shared)] });
  model.set_weights([W1, B1, W2, B2, W3, B3]);
  return model;
}

test('losses, weights and metrics go to outputs by name, penalties into the loss', async () => {
  const model = twoHeaded();
  model.compile({
    optimizer: new optimizers.SGD({ learning_rate: 0.1 }),
    loss: { amount: 'mse', kind: 'sparse_categorical_crossentropy' },
    loss_weights: { amount: 0.5, kind: 2 },
    metrics: { amount: 'mae', kind: ['accuracy'] },
  });
  const labels = { amount: Y, kind: CLASSES };
  const { history } = await model.fit(X, labels, { ...QUIET, batch_size: 3, epochs: 2 });
  expectLogs(history, {
    loss: [3.717056, 2.9742634],
    amount_loss: [2.1884372, 1.311533],
    kind_loss: [1.3024242, 1.1500303],
    amount_mae: [1.13065, 0.8861456],
    kind_accuracy: [0.1666667, 0.3333333],
  });
  expect(model.get_training_config()?.metrics).toEqual([
    [
      {
        class_name: 'MeanMetricWrapper',
        config: { name: 'amount_mae', dtype: 'float32', fn: 'mean_absolute_error' },
      },
    ],
    [
      {
        class_name: 'MeanMetricWrapper',
        config: { name: 'kind_accuracy', dtype: 'float32', fn: 'sparse_categorical_accuracy' },
      },
    ],
  ]);
});

test('single batches give what TensorFlow gives', async () => {
  const model = regression();
  const optimizer = new optimizers.SGD({ learning_rate: 0.1 });
  model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
  const first = await model.train_on_batch(X.slice(0, 3), Y.slice(0, 3));
  assertClose(first as number[], [0.7633005, 0.704321], { rtol: 1e-4 });
  const second = await model.train_on_batch(X.slice(3), Y.slice(3), { return_dict: true });
  expectLogs(second as Logs, { loss: 3.4262447, mae: 1.5299748 });
  const tested = await model.test_on_batch(X, Y);
  assertClose(tested as number[], [1.0624233, 0.7900424], { rtol: 1e-4 });
  expect((await model.predict_on_batch(X)).shape).toEqual([6, 1]);
});

async function lossAfter(
  x: unknown,
  y: unknown = null,
  size: object = { batch_size: null },
): Promise<number> {
  const model = regression();
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.1 }), loss: 'mse' });
  const { history } = await model.fit(x as number[][], y as number[][] | null, {
    ...QUIET,
    ...size,
    epochs: 2,
  });
  return (history.loss as number[])[1] as number;
}

test('data may be plain arrays, typed arrays, records, tensors and what hands over batches', async () => {
  const wanted = await lossAfter(X, Y, BY_TWO);
  const flat = { data: Float32Array.from(X.flat()), shape: [6, 2] };
  const record = { dtype: 'float64', data: Float64Array.from(Y.flat()), shape: [6, 1] };
  expect(await lossAfter(flat, record, BY_TWO)).toBe(wanted);
  expect(await lossAfter(tf.tensor(X), tf.tensor(Y), BY_TWO)).toBe(wanted);
  function* batches(): Generator<[number[][], number[][]]> {
    for (let i = 0; i < 6; i += 2) yield [X.slice(i, i + 2), Y.slice(i, i + 2)];
  }
  function* forever(): Generator<[number[][], number[][]]> {
    for (;;) yield* batches();
  }
  async function* later(): AsyncGenerator<[tf.Tensor, tf.Tensor]> {
    for (const [x, y] of batches()) yield [tf.tensor(x), tf.tensor(y)];
  }
  expect(await lossAfter(batches)).toBe(wanted);
  expect(await lossAfter(forever(), null, { steps_per_epoch: 3 })).toBe(wanted);
  expect(await lossAfter(later)).toBe(wanted);
  const dataset = {
    iterator: async () => {
      const iterator = batches();
      return {
        next: async () => {
          const { done, value } = iterator.next();
          if (done === true) return { done, value: undefined };
          return { done: false, value: { xs: tf.tensor(value[0]), ys: tf.tensor(value[1]) } };
        },
      };
    },
  };
  expect(await lossAfter(dataset)).toBe(wanted);
});

test('steps leave no tensors behind', async () => {
  const model = twoHeaded();
  model.compile({
    optimizer: 'adam',
    loss: ['mse', 'sparse_categorical_crossentropy'],
    metrics: [['mae'], ['accuracy', 'ce']],
  });
  const run = async (): Promise<void> => {
    const options = { ...QUIET, batch_size: 4, validation_split: 0.5 };
    await model.fit(X, [Y, CLASSES], options);
    await model.evaluate(X, [Y, CLASSES], { verbose: 0 });
    tf.dispose(await model.predict<tf.Tensor[]>(X, { verbose: 0 }));
    await model.train_on_batch(X, [Y, CLASSES]);
  };
  await run();
  const count = tf.memory().numTensors;
  await run();
  expect(tf.memory().numTensors).toBe(count);
});

test('a seed rules the order of the samples', async () => {
  const run = async (seed: number): Promise<number> => {
    const model = regression();
    model.compile({ optimizer: 'adam', loss: 'mse' });
    utils.set_random_seed(seed);
    const { history } = await model.fit(X, Y, { batch_size: 1, epochs: 2, verbose: 0 });
    return (history.loss as number[])[1] as number;
  };
  expect(await run(1)).toBe(await run(1));
  expect(await run(2)).not.toBe(await run(1));
});

test('a training goes on at a later epoch, and only validates when it is told to', async () => {
  const model = regression();
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const run = await model.fit(X, Y, {
    ...QUIET,
    initial_epoch: 2,
    epochs: 5,
    validation_data: [X, Y],
    validation_freq: [4],
  });
  expect(run.epoch).toEqual([2, 3, 4]);
  expect(run.history.loss).toHaveLength(3);
  expect(run.history.val_loss).toHaveLength(1);
});

test('a subclass may take its own training step', async () => {
  class Doubled extends Sequential {
    override train_step([x, y]: Batch): { doubled: tf.Tensor } {
      const variables = this.trainable_variables;
      const found = gradients(() => {
        const error = tf.sub(this.apply<tf.Tensor>(x as Tensors), y as tf.Tensor);
        return tf.mean(tf.mul(2, tf.square(error)));
      }, variables);
      this.optimizer?.apply_gradients(found.gradients.map((g, i) => [g, variables[i] as never]));
      return { doubled: found.loss };
    }
  }
  const model = new Doubled({ layers: [new layers.Dense({ units: 1, input_shape: [2] })] });
  model.set_weights([[[0], [0]], [0]]);
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.01 }) });
  const { history } = await model.fit(X, Y, { ...QUIET, batch_size: 6, epochs: 2 });
  const [first, second] = history.doubled as number[];
  expect(first).toBeCloseTo((2 * 19) / 6, 5);
  expect(second).toBeLessThan(first as number);
});

test('a frozen layer keeps its weights, and its optimizer state follows the variables', async () => {
  const model = regression();
  model.compile({ optimizer: 'adam', loss: 'mse' });
  const [first] = model.layers;
  await model.fit(X, Y, { ...QUIET, epochs: 1 });
  const kernel = Array.from(model.weights[0]?.values() ?? []);
  if (first !== undefined) first.trainable = false;
  model.compile({ optimizer: model.optimizer, loss: 'mse' });
  await model.fit(X, Y, { ...QUIET, epochs: 1 });
  expect(Array.from(model.layers[0]?.weights[0]?.values() ?? [])).toEqual(kernel);
});

test('mistakes are errors that say what to do', async () => {
  const model = regression();
  await expect(model.fit(X, Y)).rejects.toThrow('You must compile your model');
  expect(() => model.compile({ los: 'mse' } as object)).toThrow("no argument 'los'");
  model.compile({ optimizer: 'sgd' });
  await expect(model.fit(X, Y, QUIET)).rejects.toThrow('forgotten to provide a `loss`');
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['acuracy'] });
  await expect(model.fit(X, Y, QUIET)).rejects.toThrow('acuracy');
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await expect(model.fit(X, Y.slice(1), QUIET)).rejects.toThrow('6, 5 samples');
  await expect(model.fit(X, null, QUIET)).rejects.toThrow('Target data is missing');
});

test('a loss that does not depend on a variable leaves it alone', () => {
  const model = regression();
  const [kernel, bias] = model.trainable_variables;
  if (kernel === undefined || bias === undefined) throw new Error('no variables');
  const found = gradients(() => tf.sum(tf.square(kernel.read())), [kernel, bias]);
  expect(found.gradients[1]).toBeNull();
  expect(found.loss.dataSync()[0]).toBeCloseTo(1.84, 5);
});

type Tables = [
  name: string,
  make: () => optimizers.Optimizer | optimizers.legacy.Optimizer,
  number[],
  number[],
];

const tables: Tables[] = [
  [
    'legacy SGD',
    () => new optimizers.legacy.SGD({ learning_rate: 0.1, momentum: 0.9 }),
    [1.6245363, 1.16193],
    [-0.071053, -0.656182, -0.472571, 0.20506, -0.599613, 0.043911, 0.277794, 0.306761, 0.3, 0.4],
  ],
  [
    'legacy Adamax',
    () => new optimizers.legacy.Adamax({ learning_rate: 0.1 }),
    [1.5761786, 1.2484747],
    [-0.29905, -0.348662, -0.51473, -0.001822, -0.118479, 0.009507, 0.160836, 0.173647, 0.3, 0.4],
  ],
  [
    'SGD',
    () => new optimizers.SGD({ learning_rate: 0.1, momentum: 0.9 }),
    [1.6395483, 1.0896934],
    [0.235903, -0.833153, -0.491151, 0.538886, -0.763287, 0.041839, 0.426521, 0.393483, 0.3, 0.4],
  ],
];

test.each(tables)('%s updates the rows of an embedding as TensorFlow does', async (...row) => {
  const [, make, losses, expected] = row;
  const model = new Sequential({
    layers: [
      new layers.Embedding({ input_dim: 5, output_dim: 2, input_length: 2 }),
      new layers.Flatten(),
      new layers.Dense({ units: 1 }),
    ],
  });
  model.set_weights([
    Float32Array.from({ length: 10 }, (_, i) => i / 10 - 0.5),
    [[0.1], [0.2], [-0.3], [0.4]],
    [0],
  ]);
  model.compile({ optimizer: make(), loss: 'mse' });
  const x = { data: Int32Array.from([0, 1, 1, 2, 3, 0, 2, 2]), shape: [4, 2] };
  const { history } = await model.fit(x, [[1], [0], [-1], [2]], {
    ...QUIET,
    batch_size: 1,
    epochs: 2,
  });
  expectLogs(history, { loss: losses });
  assertClose(model.weights[0]?.values() ?? [], expected, { rtol: 1e-4, atol: 2e-6 });
});

test('results of batches add up unless metrics are reset, which is done before a batch', async () => {
  const model = new Sequential({
    layers: [new layers.Dense({ units: 1, kernel_initializer: 'ones', input_shape: [1] })],
  });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const batch = (x: number): [tf.Tensor, tf.Tensor] => [tf.tensor2d([[x]]), tf.tensor2d([[0]])];
  expect(await model.test_on_batch(...batch(1))).toBe(1);
  expect(await model.test_on_batch(...batch(3), { reset_metrics: false })).toBe(5);
  expect(await model.test_on_batch(...batch(3))).toBe(9);
  expect(await model.train_on_batch(...batch(1), { reset_metrics: false })).toBe(5);
});

test('no blank line follows an expanded model in a summary', () => {
  const inner = new Sequential({
    name: 'inner',
    layers: [new layers.Dense({ units: 2, name: 'a', input_shape: [3] })],
  });
  const outer = new Sequential({ layers: [inner, new layers.Dense({ units: 1, name: 'z' })] });
  const lines: string[] = [];
  outer.summary({ expand_nested: true, print_fn: (line: string) => void lines.push(line) });
  const start = lines.findIndex((line) => line.startsWith(' inner'));
  expect(lines.slice(start + 1, start + 5)).toEqual([
    `|${'¯'.repeat(63)}|`,
    '| a (Dense)                  (None, 2)                 8        |',
    '¯'.repeat(65),
    ' z (Dense)                   (None, 1)                 3         ',
  ]);
});
