import { jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  type Batch,
  callbacks,
  layers,
  Model,
  metrics,
  optimizers,
  ready,
  Sequential,
  type Tensors,
} from '../src/index.ts';

const X = [[1], [2], [3], [4], [5], [6]];
const Y = [[2], [4], [6], [8], [10], [12]];
const QUIET = { shuffle: false, verbose: 0, batch_size: 2 } as const;

beforeAll(async () => {
  await ready('cpu');
});

class Line extends Sequential {
  /** The first input of each batch that the model is trained on. */
  readonly seen: number[] = [];

  override train_step([x, ...rest]: Batch) {
    this.seen.push((x as tf.Tensor).dataSync()[0] as number);
    return super.train_step([x, ...rest]);
  }
}

function line(options: object = {}): Line {
  const model = new Line({
    layers: [new layers.Dense({ units: 1, use_bias: false, input_shape: [1], name: 'factor' })],
  });
  model.set_weights([[[0]]]);
  const optimizer = new optimizers.SGD({ learning_rate: 0.01 });
  model.compile({ optimizer, loss: 'mse', ...options });
  return model;
}

const factor = (model: Model): number => model.weights[0]?.values()[0] as number;

test('with steps_per_epoch an epoch goes on with the samples that the last one has left', async () => {
  const model = line();
  await model.fit(X, Y, { ...QUIET, epochs: 3, steps_per_epoch: 2 });
  expect(model.seen).toEqual([1, 3, 5, 1, 3, 5]);
});

test('a training ends with the data, with what results there are', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const model = line();
  const options = { ...QUIET, batch_size: null, epochs: 4, steps_per_epoch: 2 };
  function* three(): Generator<[number[][], number[][]]> {
    for (const x of [1, 2, 3]) yield [[[x]], [[2 * x]]];
  }
  const { epoch } = await model.fit(three, null, options);
  expect(epoch).toEqual([0, 1]);
  expect(model.seen).toEqual([1, 2, 3]);
  expect(warn.mock.calls.flat().join()).toContain('ran out of data');
  warn.mockRestore();
  function* nothing(): Generator<[number[][], number[][]]> {}
  await expect(line().fit(nothing, null, options)).rejects.toThrow('data are empty');
  await expect(line().evaluate(nothing, null, { verbose: 0 })).rejects.toThrow('data are empty');
});

test('each validation begins with the first batch of its data', async () => {
  const seen: number[] = [];
  function* batches(): Generator<[number[][], number[][]]> {
    for (const x of [1, 2, 3]) {
      seen.push(x);
      yield [[[x]], [[x]]];
    }
  }
  const validation = { validation_data: batches, validation_steps: 2 };
  await line().fit(X, Y, { ...QUIET, epochs: 2, ...validation });
  expect(seen).toEqual([1, 2, 1, 2]);
});

test('what is frozen or thawed after compile waits for the next one', async () => {
  const model = line();
  const [layer] = model.layers as [layers.Dense];
  layer.trainable = false;
  await model.fit(X, Y, QUIET);
  expect(factor(model)).not.toBe(0);
  expect(layer.trainable).toBe(false);
  const before = factor(model);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit(X, Y, QUIET);
  await model.train_on_batch(X, Y);
  expect(factor(model)).toBe(before);
  expect(model.optimizer?.iterations.values()[0]).toBe(0);
});

test('hooks are called once for the steps that are taken at once', async () => {
  const calls: string[] = [];
  class Notes extends callbacks.Callback {
    override on_train_batch_begin(batch: number): void {
      calls.push(`begin ${batch}`);
    }
    override on_train_batch_end(batch: number): void {
      calls.push(`end ${batch}`);
    }
    override on_predict_batch_end(batch: number, { outputs }: callbacks.PredictLogs): void {
      calls.push(`predicted ${batch}: ${String((outputs as tf.Tensor).shape)}`);
    }
  }
  const model = line({ steps_per_execution: 2 });
  await model.fit(X, Y, { ...QUIET, callbacks: new Notes() });
  expect(calls).toEqual(['begin 0', 'end 1', 'begin 2', 'end 2']);
  const options = { batch_size: 2, verbose: 0, callbacks: new Notes() } as const;
  const outputs = await model.predict(X, options);
  expect(calls.slice(4)).toEqual(['predicted 1: 4,1', 'predicted 2: 2,1']);
  expect(outputs.shape).toEqual([6, 1]);
  function* batches(): Generator<[number[][], number[][]]> {
    yield [X, Y];
  }
  await expect(model.fit(batches, null, { verbose: 0 })).rejects.toThrow('steps_per_execution');
});

test('a subclass may take the steps in its own function', async () => {
  class Doubled extends Line {
    override make_train_function() {
      const step = super.make_train_function();
      return async (reader: Parameters<typeof step>[0]) => {
        const results = await step(reader);
        return { ...results, doubled: 2 * (results.loss as number) };
      };
    }
  }
  const model = new Doubled({ layers: [new layers.Dense({ units: 1, input_shape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const { history } = await model.fit(X, Y, QUIET);
  expect(history.doubled).toEqual([2 * (history.loss?.[0] as number)]);
});

test('results that are named as the metrics are those of the whole epoch', async () => {
  class Own extends Model {
    readonly factor = new layers.Dense({ units: 1, use_bias: false, kernel_initializer: 'zeros' });
    readonly mean = new metrics.Mean({ name: 'mean' });

    override call(inputs: Tensors): Tensors {
      return this.factor.apply(inputs);
    }

    override train_step([x]: Batch) {
      const first = tf.mean(x as tf.Tensor);
      this.mean.update_state(first);
      return { mean: first };
    }

    override get metrics() {
      return [this.mean];
    }
  }
  const model = new Own();
  model.compile();
  const { history } = await model.fit(X, Y, QUIET);
  expect(history.mean).toEqual([3.5]);
});

test('outputs in nested structures have the metrics that stand in their places', async () => {
  class Nested extends Model {
    readonly first = new layers.Dense({ units: 1, name: 'first' });

    override call(inputs: Tensors): Tensors {
      const one = this.first.apply<tf.Tensor>(inputs as tf.Tensor);
      return { pair: [one, tf.mul(one, 2)], alone: one } as Tensors;
    }
  }
  const model = new Nested();
  model.compile({ loss: 'mse', metrics: { pair: [['mae'], ['mse']], alone: ['mape'] } });
  const y = tf.tensor(Y);
  const named = { return_dict: true };
  const found = await model.test_on_batch(X, { pair: [y, y], alone: y }, named);
  expect(Object.keys(found).slice(4)).toEqual(['alone_mape', 'pair_1_mae', 'pair_2_mse']);
});
