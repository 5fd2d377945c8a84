import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Input, Layer, layers, models, RaggedTensor, ready, type Tensors } from '../src/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

const LENGTHS = [3, 1, 2];
/** Three rows of ids. */
const ids = (): RaggedTensor =>
  RaggedTensor.from_row_lengths(tf.tensor1d([1, 2, 3, 4, 5, 6], 'int32'), LENGTHS);
/** Three rows of vectors. */
const vectors = (): RaggedTensor =>
  RaggedTensor.from_row_lengths(
    tf.tensor2d([1, -2, 3, 4, -5, 6, 7, 8, 9, 10, 11, -12], [6, 2]),
    LENGTHS,
  );

function apply(layer: Layer, x: tf.Tensor | RaggedTensor): RaggedTensor {
  const y: unknown = layer.apply(x);
  if (y instanceof RaggedTensor) return y;
  throw new Error('The output is not ragged.');
}

const listOf = (x: unknown): unknown =>
  x instanceof RaggedTensor ? x.to_list() : (x as tf.Tensor).arraySync();

test('layers of single values keep the rows', () => {
  expect(apply(new layers.ReLU(), vectors()).to_list()).toEqual([
    [
      [1, 0],
      [3, 4],
      [0, 6],
    ],
    [[7, 8]],
    [
      [9, 10],
      [11, 0],
    ],
  ]);
  const sum: unknown = new layers.Add().apply([vectors(), vectors()]);
  expect((sum as RaggedTensor).flat_values.arraySync()).toEqual([
    [2, -4],
    [6, 8],
    [-10, 12],
    [14, 16],
    [18, 20],
    [22, -24],
  ]);
});

/** The rows of `vectors`, each for itself. */
const ROWS = [
  [
    [1, -2],
    [3, 4],
    [-5, 6],
  ],
  [[7, 8]],
  [
    [9, 10],
    [11, -12],
  ],
];

test.each([
  [{ return_sequences: true }],
  [{ return_sequences: true, go_backwards: true }],
  [{}],
  [{ go_backwards: true }],
])('a recurrent layer with %j gives each row what the row alone gives', (options) => {
  const lstm = new layers.LSTM({ units: 2, ...options });
  const whole = listOf(lstm.apply(vectors())) as unknown[][];
  ROWS.forEach((row, i) => {
    const [alone] = lstm.apply(tf.tensor3d([row])).arraySync() as unknown[][];
    const [found, wanted] = [whole[i], alone].map((values) => [values].flat(3) as number[]);
    expect(found).toHaveLength(wanted?.length ?? 0);
    wanted?.forEach((value, k) => {
      expect(found?.[k]).toBeCloseTo(value, 6);
    });
  });
});

test('rows that differ, masks beside rows and classes that take no rows are refused', () => {
  const other = RaggedTensor.from_row_lengths(tf.zeros([6, 2]), [1, 3, 2]);
  expect(() => new layers.Add().apply([vectors(), other])).toThrow(/not ragged in the same rows/);
  expect(() => new layers.Conv1D({ filters: 1, kernel_size: 1 }).apply(vectors())).toThrow(
    /'conv1d.*' of class Conv1D got an input that is ragged.*to_tensor/,
  );
  const mask = tf.ones([3, 3], 'bool');
  expect(() => new layers.GRU({ units: 1 }).apply(vectors(), { mask })).toThrow(/has a mask/);
  const scores = RaggedTensor.from_row_lengths(tf.zeros([6]), LENGTHS);
  expect(() => new layers.Masking().apply(scores)).toThrow(/no axis of equal lengths/);
});

test('a class of a user is handed ragged tensors, and hands them out', () => {
  class Doubled extends Layer {
    static override readonly className: string = 'Doubled';
    override call(inputs: Tensors): Tensors {
      const ragged: unknown = inputs;
      if (!(ragged instanceof RaggedTensor)) throw new TypeError('The input is plain.');
      const dense = new layers.Dense({ units: 1, kernel_initializer: 'ones' });
      const each: unknown = dense.apply(ragged);
      expect(each).toBeInstanceOf(RaggedTensor);
      const values = dense.apply(ragged.flat_values);
      expect(values).toBeInstanceOf(tf.Tensor);
      return ragged.with_values(tf.mul(values, 2)) as unknown as Tensors;
    }
  }
  expect(apply(new Doubled(), vectors()).to_list()).toEqual([
    [[-2], [14], [2]],
    [[30]],
    [[38], [-2]],
  ]);
  const x = Input({ shape: [null, 2], ragged: true });
  const y = new Doubled().apply(x);
  expect([y.shape, y.ragged]).toEqual([[null, null, 1], true]);
});

test('functional models run on ragged inputs and leave nothing behind', async () => {
  const x = Input({ shape: [null], ragged: true, dtype: 'int32' });
  const steps = new layers.Embedding({ input_dim: 8, output_dim: 3 }).apply(x);
  const sequence = new layers.GRU({ units: 2, return_sequences: true }).apply(steps);
  const pooled = new layers.GlobalAveragePooling1D().apply(sequence);
  const model = new models.Model({ inputs: x, outputs: [sequence, pooled] });
  expect([steps, sequence, pooled].map(({ shape, ragged }) => [shape, ragged])).toEqual([
    [[null, null, 3], true],
    [[null, null, 2], true],
    [[null, 2], false],
  ]);
  const data = ids();
  await model.predict(data, { verbose: 0 }).then((warm) => tf.dispose(warm));
  const before = tf.memory().numTensors;
  const [outputs, means] = (await model.predict(data, {
    batch_size: 2,
    verbose: 0,
  })) as unknown as [RaggedTensor, tf.Tensor];
  expect(Array.from(outputs.row_lengths())).toEqual(LENGTHS);
  const [first = []] = outputs.to_list() as number[][][];
  const mean = first.reduce((sum, [value = 0]) => sum + value, 0) / first.length;
  expect(means.arraySync()).toHaveLength(3);
  expect(means.dataSync()[0]).toBeCloseTo(mean, 6);
  for (const tensor of [outputs, means]) tensor.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('training on rows lowers the loss and leaves nothing behind', async () => {
  const x = Input({ shape: [null, 2], ragged: true });
  const model = new models.Model({ inputs: x, outputs: new layers.Dense({ units: 1 }).apply(x) });
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  const data = vectors();
  const labels = RaggedTensor.from_row_lengths(tf.ones([6, 1]), LENGTHS);
  const options = { batch_size: 2, verbose: 0, epochs: 20, shuffle: false } as const;
  await model.fit(data, labels, { ...options, epochs: 1 });
  const before = tf.memory().numTensors;
  const { history } = await model.fit(data, labels, options);
  expect(tf.memory().numTensors).toBe(before);
  const { loss = [] } = history;
  expect(Number(loss.at(-1))).toBeLessThan(Number(loss[0]));
  await expect(model.evaluate(data, tf.ones([3, 1]), { verbose: 0 })).rejects.toThrow(
    /ragged where predictions are/,
  );
});

test('texts become rows of numbers of their own lengths', () => {
  const texts = tf.tensor1d(['a b', '', 'c b a']);
  const layer = new layers.TextVectorization({ vocabulary: ['a', 'b', 'c'], ragged: true });
  expect(apply(layer, texts).to_list()).toEqual([[2, 3], [], [4, 3, 2]]);
  const x = Input({ shape: [], dtype: 'string' });
  const y = layer.apply(x);
  expect([y.shape, y.dtype, y.ragged]).toEqual([[null, null], 'int64', true]);
  const counts = new layers.StringLookup({ vocabulary: ['a', 'b'], output_mode: 'count' });
  const tokens = RaggedTensor.from_row_lengths(tf.tensor1d(['a', 'a', 'z', 'b']), [2, 0, 2]);
  expect(listOf(counts.apply(tokens))).toEqual([
    [0, 2, 0],
    [0, 0, 0],
    [1, 0, 1],
  ]);
});

/** A layer as Keras saves a property, a method or a function, called on rows of vectors. */
const MEMBERS: readonly (readonly [
  class_name: 'InstanceMethod' | 'InstanceProperty' | 'SlicingOpLambda' | 'TFOpLambda',
  config: object,
  args: object,
  expected: unknown,
])[] = [
  ['InstanceProperty', { attr_name: 'row_splits' }, {}, [0, 3, 4, 6]],
  ['InstanceMethod', { attr_name: 'row_lengths' }, { args: [], kwargs: {} }, LENGTHS],
  ['InstanceMethod', { attr_name: 'nrows' }, { args: [], kwargs: {} }, 3],
  [
    'InstanceMethod',
    { attr_name: 'to_tensor' },
    { args: [], kwargs: { default_value: -1, shape: [null, 2, null] } },
    [
      [
        [1, -2],
        [3, 4],
      ],
      [
        [7, 8],
        [-1, -1],
      ],
      [
        [9, 10],
        [11, -12],
      ],
    ],
  ],
  [
    'TFOpLambda',
    { function: 'math.reduce_sum' },
    { axis: 1 },
    [
      [-1, 8],
      [7, 8],
      [20, -2],
    ],
  ],
  [
    'TFOpLambda',
    { function: 'math.reduce_max' },
    { axis: 0 },
    [
      [9, 10],
      [11, 4],
      [-5, 6],
    ],
  ],
  [
    'TFOpLambda',
    { function: 'math.add' },
    { y: [[[10]], [[20]], [[30]]] },
    [
      [
        [11, 8],
        [13, 14],
        [5, 16],
      ],
      [[27, 28]],
      [
        [39, 40],
        [41, 18],
      ],
    ],
  ],
  [
    'SlicingOpLambda',
    { function: '__operators__.ragged_getitem' },
    {
      key: [
        { start: null, stop: null, step: null },
        { start: -2, stop: null, step: null },
      ],
    },
    [
      [
        [3, 4],
        [-5, 6],
      ],
      [[7, 8]],
      [
        [9, 10],
        [11, -12],
      ],
    ],
  ],
];

test.each(MEMBERS)('%s %j of rows', (class_name, config, args, expected) => {
  const name = String(Object.values(config)[0]);
  const layer = layers.deserialize({ class_name, config: { name, ...config } });
  expect(listOf(layer.apply(vectors(), args as Record<string, unknown>))).toEqual(expected);
});

test('functions and members that are not known for rows say so', () => {
  const layer = layers.deserialize({
    class_name: 'TFOpLambda',
    config: { name: 'f', function: 'math.cumsum' },
  });
  expect(() => layer.apply(vectors(), { axis: 1 })).toThrow(/tf\.math\.cumsum.*ragged/);
  expect(() =>
    layers.deserialize({ class_name: 'InstanceProperty', config: { name: 'p', attr_name: 'x' } }),
  ).toThrow(/uses x of a tensor, which is not known/);
});
