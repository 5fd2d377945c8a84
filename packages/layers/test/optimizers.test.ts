import { assertClose } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Variable } from '../src/engine/variable.ts';
import * as optimizers from '../src/optimizers/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const GRADIENTS = [
  [0.5, -1, 2, 0.1],
  [-0.3, 0.2, 1, -0.4],
  [1.5, 0.7, -0.2, 0.05],
];

function matrix(): Variable {
  const data = new Float32Array([1, -2, 0.5, 3]);
  return new Variable({ dtype: 'float32', shape: [2, 2], data }, { name: 'dense/kernel' });
}

function applyAll(optimizer: optimizers.AnyOptimizer, variable: Variable): void {
  for (const numbers of GRADIENTS) {
    optimizer.apply_gradients([[tf.tensor(numbers, [2, 2]), variable]]);
  }
}

/** Class, legacy or not, arguments, and the variable after three steps of TensorFlow 2.15.1. */
type Row = [string, boolean, Record<string, unknown>, number[]];

const rows: Row[] = [
  ['SGD', false, {}, [0.83, -1.99, 0.22, 3.0249999]],
  ['RMSprop', false, {}, [0.5547935, -1.9405165, 0.0672647, 2.9512665]],
  ['Adam', false, {}, [0.8159451, -1.8525167, 0.2407096, 2.9911935]],
  ['AdamW', false, {}, [0.8148333, -1.8502178, 0.2402271, 2.9876528]],
  ['Adadelta', false, {}, [0.9997538, -2.0000167, 0.4997876, 3.0000186]],
  ['Adagrad', false, {}, [0.8692547, -1.9782138, 0.3657679, 3.0372508]],
  ['Adamax', false, {}, [0.8439734, -1.8657092, 0.2833519, 2.961936]],
  ['Adafactor', false, {}, [0.7453048, -2.0331001, 0.2305598, 3.071522]],
  ['Nadam', false, {}, [0.8397162, -1.962353, 0.3403885, 2.9846244]],
  ['Ftrl', false, {}, [0.3347323, -1.375191, 0.287681, 0.1768629]],
  ['Lion', false, {}, [0.9, -2.0999999, 0.2, 2.9000001]],
  ['SGD', true, {}, [0.83, -1.99, 0.22, 3.0249999]],
  ['RMSprop', true, {}, [0.5547932, -1.9405165, 0.0672648, 2.9512525]],
  ['Adam', true, {}, [0.815944, -1.8525156, 0.2407079, 2.9911933]],
  ['Adadelta', true, {}, [0.9997538, -2.0000167, 0.4997876, 3.0000186]],
  ['Adagrad', true, {}, [0.8692547, -1.9782138, 0.3657679, 3.0372508]],
  ['Adamax', true, {}, [0.8439734, -1.8657092, 0.2833519, 2.961936]],
  ['Nadam', true, {}, [0.8368454, -1.9684423, 0.3428926, 2.9860764]],
  ['Ftrl', true, {}, [0.3347323, -1.375191, 0.287681, 0.1768629]],
  [
    'SGD',
    false,
    { momentum: 0.9, nesterov: true, clipnorm: 1 },
    [0.8257521, -1.9775052, -0.0157166, 3.0747509],
  ],
  [
    'Adam',
    false,
    { amsgrad: true, global_clipnorm: 0.5, weight_decay: 0.1 },
    [0.8312621, -1.831497, 0.2173171, 2.9230304],
  ],
  [
    'SGD',
    false,
    { use_ema: true, ema_momentum: 0.5, ema_overwrite_frequency: 2, clipvalue: 0.3 },
    [0.9625, -2.0174999, 0.4825, 3.0024998],
  ],
  [
    'RMSprop',
    false,
    { centered: true, momentum: 0.5 },
    [0.3560273, -1.7087172, -0.293013, 2.8510334],
  ],
  [
    'RMSprop',
    true,
    { centered: true, momentum: 0.5 },
    [0.3560274, -1.7087172, -0.2930129, 2.8510332],
  ],
  ['Adam', true, { decay: 0.5, amsgrad: true }, [0.8547807, -1.8677409, 0.3048178, 2.9549232]],
];

test.each(rows)('%s (legacy: %s) %j moves a variable as TensorFlow does', (...row) => {
  const [name, is_legacy_optimizer, kwargs, expected] = row;
  const config = { learning_rate: 0.1, ...kwargs, is_legacy_optimizer };
  const variable = matrix();
  applyAll(optimizers.deserialize({ class_name: name, config }), variable);
  assertClose(variable.values(), expected, { rtol: 1e-5, atol: 1e-6 });
});

test('Legacy momentum moves only the rows that have a gradient', () => {
  const data = new Float32Array([1, 2, 3, 4, 5, 6]);
  const table = new Variable({ dtype: 'float32', shape: [3, 2], data }, { name: 'table' });
  const optimizer = new optimizers.legacy.SGD({ learning_rate: 0.1, momentum: 0.9 });
  optimizer.apply_gradients([[tf.ones([3, 2]), table]]);
  const values = tf.tensor([1, 2, 3, 4], [2, 2]);
  const indices = tf.tensor([2, 2], [2], 'int32');
  optimizer.apply_gradients([[new optimizers.IndexedSlices(values, indices, [3, 2]), table]]);
  assertClose(table.values(), [0.9, 1.9, 2.9, 3.9, 4.41, 5.21], { atol: 1e-6 });
  const slot = optimizer.get_slot(table, 'momentum').values();
  assertClose(slot, [-0.1, -0.1, -0.1, -0.1, -0.49, -0.69], { atol: 1e-6 });
});

test('Variables come in the order and under the names of Keras', () => {
  const names = (optimizer: optimizers.AnyOptimizer): string[] => {
    applyAll(optimizer, matrix());
    return optimizer.variables.map(({ name }) => name);
  };
  expect(names(new optimizers.Adam({ amsgrad: true, use_ema: true }))).toEqual([
    'iteration',
    'Adam/average/dense/kernel',
    'Adam/m/dense/kernel',
    'Adam/v/dense/kernel',
    'Adam/vhat/dense/kernel',
  ]);
  expect(names(new optimizers.legacy.Nadam())).toEqual([
    'Nadam/iter',
    'Nadam/momentum_cache',
    'Nadam/dense/kernel/m',
    'Nadam/dense/kernel/v',
  ]);
});

test('A schedule gives the rate of each step, and is part of the configuration', () => {
  const schedule = new optimizers.schedules.ExponentialDecay({
    initial_learning_rate: 1,
    decay_steps: 1,
    decay_rate: 0.5,
  });
  const optimizer = new optimizers.SGD({ learning_rate: schedule });
  const variable = matrix();
  applyAll(optimizer, variable);
  assertClose(variable.values(), [1 - 0.5 + 0.15 - 0.375, -2 + 1 - 0.1 - 0.175, -1.95, 3.0875], {
    atol: 1e-6,
  });
  expect(optimizer.learning_rate.values()[0]).toBe(0.25);
  const again = optimizers.deserialize(optimizers.serialize(optimizer));
  expect(optimizers.serialize(again)).toEqual(optimizers.serialize(optimizer));
});

test('The family of an optimizer follows from its configuration', () => {
  const legacyOf = (identifier: unknown): boolean =>
    optimizers.get(identifier) instanceof optimizers.legacy.Optimizer;
  expect(legacyOf('adam')).toBe(false);
  expect(legacyOf({ class_name: 'Adam', config: { name: 'Adam', decay: 0.1 } })).toBe(true);
  expect(legacyOf({ class_name: 'Custom>Adam', config: { name: 'Adam' } })).toBe(false);
  expect(legacyOf({ class_name: 'Adam', config: { is_legacy_optimizer: false } })).toBe(false);
  const keras_3 = { name: 'adam', loss_scale_factor: null, gradient_accumulation_steps: null };
  expect(legacyOf({ class_name: 'Adam', config: keras_3 })).toBe(false);
  const v3 = { module: 'keras.optimizers.legacy', class_name: 'SGD', config: { momentum: 0.9 } };
  expect(legacyOf({ ...v3, registered_name: null })).toBe(true);
});

test('Loss scaling leaves out a step whose gradient is not finite and halves the scale', () => {
  const optimizer = optimizers.get({
    class_name: 'LossScaleOptimizer',
    config: {
      inner_optimizer: { class_name: 'SGD', config: { learning_rate: 0.1 } },
      dynamic: true,
      initial_scale: 8,
      dynamic_growth_steps: 2,
    },
  });
  if (!(optimizer instanceof optimizers.LossScaleOptimizer)) throw new Error('wrong class');
  const variable = matrix();
  const before = [...variable.values()];
  optimizer.apply_gradients([[tf.tensor([Number.NaN, 0, 0, 0], [2, 2]), variable]]);
  expect([...variable.values()]).toEqual(before);
  expect([optimizer.loss_scale, optimizer.iterations.values()[0]]).toEqual([4, 1]);
  applyAll(optimizer, variable);
  expect(optimizer.loss_scale).toBe(8);
  assertClose(variable.values(), [0.83, -1.99, 0.22, 3.025], { atol: 1e-6 });
});

test('A constraint holds after each step, and no tensor is left behind', () => {
  const variable = matrix();
  variable.constraint = { call: (w) => tf.relu(w), get_config: () => ({}) };
  const optimizer = new optimizers.Adam();
  const step = (): void => {
    tf.tidy(() => {
      optimizer.apply_gradients([[tf.ones([2, 2]), variable]]);
    });
  };
  step();
  const count = tf.memory().numTensors;
  step();
  expect(tf.memory().numTensors).toBe(count);
  expect(variable.values()[1]).toBe(0);
});

test('A variable the optimizer was not built with is an error that names it', () => {
  const optimizer = new optimizers.Adam();
  optimizer.build([matrix()]);
  expect(() => optimizer.apply_gradients([[tf.ones([2, 2]), matrix()]])).toThrow('dense/kernel');
});

test('The old arguments are errors that name the new ones', () => {
  const make = (key: string): optimizers.AnyOptimizer =>
    optimizers.deserialize({
      class_name: 'Adam',
      config: { [key]: 0.1, is_legacy_optimizer: false },
    });
  expect(() => make('lr')).toThrow('learning_rate');
  expect(() => make('decay')).toThrow('optimizers.legacy.Adam');
  expect(() => make('bta_1')).toThrow("no argument 'bta_1'");
});

test('An optimizer of a caller updates variables by tensors', () => {
  class Plain extends optimizers.Optimizer {
    override update_step(gradient: tf.Tensor, variable: Variable): void {
      variable.assign_sub(tf.mul(gradient, this.learning_rate.read()));
    }
  }
  const variable = matrix();
  applyAll(new Plain({ learning_rate: 0.1 }), variable);
  assertClose(variable.values(), [0.83, -1.99, 0.22, 3.025], { atol: 1e-6 });
});
