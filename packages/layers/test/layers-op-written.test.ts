import { beforeAll, expect, test } from '@jest/globals';
import { FunctionLibrary, GraphExecutor, type TraceSpec, toTensor, trace } from '@km/graph';
import { decodeProto, encodeProto } from '@km/proto';
import { FunctionDef } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  backend,
  Input,
  type KerasTensor,
  layers,
  Model,
  models,
  ready,
  type Tensors,
} from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await ready();
});

/** A layer that applies a function of TensorFlow, as a function of tensors. */
function symbol(name: string): (input: unknown, args?: object) => tf.Tensor {
  const layer = new layers.TFOpLambda({ function: name });
  return (input, args = {}) => layer.apply<tf.Tensor>(input as tf.Tensor, args as never);
}

type Fn = (...inputs: tf.Tensor[]) => Tensors;

/** Writes a function into a graph; gives the ops of the graph, and what it makes of inputs. */
function written(
  fn: Fn,
  specs: readonly TraceSpec[],
): { readonly ops: readonly string[]; readonly run: (...inputs: tf.Tensor[]) => tf.Tensor[] } {
  const library = new FunctionLibrary();
  const { name, outputs } = trace((...inputs) => fn(...inputs) as tf.Tensor[], specs, { library });
  const definitions = new Map(
    library.definitions.map((each) => {
      const decoded = decodeProto(FunctionDef, encodeProto(FunctionDef, each));
      return [decoded.signature?.name ?? '', decoded];
    }),
  );
  const executor = new GraphExecutor({ get: (key) => definitions.get(key) });
  const ops = [...definitions.values()].flatMap(({ nodeDef }) => nodeDef.map(({ op }) => op));
  expect(outputs.length).toBeGreaterThan(0);
  return { ops, run: (...inputs) => executor.function(name).run(inputs).map(toTensor) };
}

function same(found: tf.Tensor | undefined, wanted: tf.Tensor): void {
  expect(found?.dtype).toBe(wanted.dtype);
  expect(found?.shape).toEqual(wanted.shape);
  const [a, b] = [found?.dataSync() ?? [], wanted.dataSync()];
  for (const [i, value] of Array.from(b).entries()) expect(a[i]).toBeCloseTo(Number(value), 5);
}

const KINDS = ['sum', 'mean', 'max', 'min', 'prod'];

test.each(KINDS)('groups of rows that another input names are joined by segment_%s', (kind) => {
  const fn = symbol(`math.segment_${kind}`);
  const apply: Fn = (x, segment_ids) => fn(x, { segment_ids });
  const { run } = written(apply, [
    { shape: ['rows', 2], dtype: 'float32' },
    { shape: ['rows'], dtype: 'int32' },
  ]);
  const x = tf.tensor2d([1, -4, 2.5, 5, 3, 0, -7, 8], [4, 2]);
  const ids = tf.tensor1d([0, 0, 2, 2], 'int32');
  same(run(x, ids)[0], apply(x, ids) as tf.Tensor);
});

test('whole numbers of calls stay whole in configs, and floats of configs stay floats', () => {
  const args = { clip_value_min: -3, delta: 5, clip_value_max: 1.5 };
  const x = Input({ shape: [2], name: 'x' });
  const made = new layers.TFOpLambda({ function: 'clip_by_value' }).apply(
    x,
    args as never,
  ) as KerasTensor;
  const text = new Model({ inputs: x, outputs: made }).to_json();
  expect(text).toContain('"clip_value_min": -3, "delta": 5, "clip_value_max": 1.5');
  const floats = text.replace('"clip_value_min": -3', '"clip_value_min": -3.0');
  expect(models.model_from_json(floats).to_json()).toBe(floats);
});

test('places and parts that a condition chooses are written into a graph, however many they are', () => {
  const [where, mask, gather] = ['where', 'boolean_mask', 'gather_nd'].map(symbol);
  if (!where || !mask || !gather) throw new Error('unreachable');
  const apply: Fn = (x, holds) => [
    where(holds),
    mask(x, { mask: holds }),
    gather(x, { indices: where(holds) }),
  ];
  const { ops, run } = written(apply, [
    { shape: ['rows', 2], dtype: 'float32' },
    { shape: ['rows', 2], dtype: 'bool' },
  ]);
  expect(ops).toContain('Where');
  for (const values of [
    [1, 0, 0, 1, 1, 1],
    [0, 0, 0, 0, 0, 0],
  ]) {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const holds = tf.tensor2d(values, [3, 2], 'bool');
    const wanted = apply(x, holds) as tf.Tensor[];
    run(x, holds).forEach((each, i) => {
      same(each, wanted[i] ?? x);
    });
  }
});

test('a mask along an inner axis is written into a graph', () => {
  const keep = symbol('boolean_mask');
  const apply: Fn = (x) => keep(x, { mask: [false, true, true], axis: 1 });
  const { run } = written(apply, [{ shape: [null, 3, 2], dtype: 'float32' }]);
  const x = tf.reshape(tf.range(0, 12), [2, 3, 2]);
  same(run(x)[0], apply(x) as tf.Tensor);
});

const batch = { shape: ['batch', 1], dtype: 'int32' } as const;

test('the loss of sequences of labels is written into a graph, and its gradient flows', () => {
  const apply: Fn = (y, x, steps, counts) => backend.ctc_batch_cost(y, x, steps, counts);
  const { ops, run } = written(apply, [
    { shape: ['batch', 2], dtype: 'float32' },
    { shape: ['batch', 4, 3], dtype: 'float32' },
    batch,
    batch,
  ]);
  expect(ops).toContain('CTCLoss');
  const labels = tf.tensor2d([1, 1, 0, 0], [2, 2]);
  const shares = tf.softmax(tf.reshape(tf.sin(tf.range(0, 24)), [2, 4, 3]));
  const [steps, counts] = [
    tf.tensor2d([4, 3], [2, 1], 'int32'),
    tf.tensor2d([2, 1], [2, 1], 'int32'),
  ];
  same(run(labels, shares, steps, counts)[0], apply(labels, shares, steps, counts) as tf.Tensor);
  const slope = (fn: Fn): tf.Tensor =>
    tf.grad((x) => tf.sum([fn(labels, x, steps, counts)].flat()[0] as tf.Tensor))(shares);
  same(
    slope((...given) => run(...given)),
    slope(apply),
  );
});

test('labels are found in a graph as here, greedily and with a beam', () => {
  for (const options of [{}, { greedy: false, beam_width: 4, top_paths: 2 }]) {
    const apply: Fn = (x, steps) => backend.ctc_decode(x, steps, options).flat();
    const { run } = written(apply, [
      { shape: ['batch', 4, 3], dtype: 'float32' },
      { shape: ['batch'], dtype: 'int32' },
    ]);
    const shares = tf.softmax(tf.reshape(tf.sin(tf.range(0, 24)), [2, 4, 3]));
    const steps = tf.tensor1d([4, 2], 'int32');
    const wanted = apply(shares, steps) as tf.Tensor[];
    expect(wanted[0]?.shape).toEqual([2, 4]);
    run(shares, steps).forEach((each, i) => {
      same(each, wanted[i] ?? shares);
    });
  }
});

test('rows are parted and put together again in a graph', () => {
  const [part, stitch] = [symbol('dynamic_partition'), symbol('dynamic_stitch')];
  const places = symbol('dynamic_partition');
  const apply: Fn = (x, partitions) => {
    const options = { partitions, num_partitions: 3 };
    const parts = part(x, options) as unknown as tf.Tensor[];
    const where = places(tf.range(0, 5, 1, 'int32'), options) as unknown as tf.Tensor[];
    return [...parts, stitch(where, { data: parts.map((each) => tf.mul(each, 2)) })];
  };
  const { ops, run } = written(apply, [
    { shape: [5, 2], dtype: 'float32' },
    { shape: [5], dtype: 'int32' },
  ]);
  expect(ops).toContain('DynamicStitch');
  const x = tf.reshape(tf.range(0, 10), [5, 2]);
  for (const groups of [
    [1, 0, 1, 2, 1],
    [0, 0, 0, 0, 0],
  ]) {
    const partitions = tf.tensor1d(groups, 'int32');
    const wanted = apply(x, partitions) as tf.Tensor[];
    const found = run(x, partitions);
    found.forEach((each, i) => {
      same(each, wanted[i] ?? x);
    });
    same(found[3], tf.mul(x, 2));
  }
});

const SEEDED: ReadonlyArray<readonly [name: string, args: object]> = [
  ['image.stateless_random_flip_left_right', { seed: [1, 5] }],
  ['image.stateless_random_flip_up_down', { seed: [2, 5] }],
  ['image.stateless_random_crop', { size: [-1, 2, 3, 1], seed: [3, 8] }],
  ['nn.experimental.stateless_dropout', { rate: 0.5, seed: [3, 8] }],
];

test.each(SEEDED)('tf.%s with %p is written into a graph for any batch', (name, args) => {
  const fn = symbol(name);
  const apply: Fn = (x) => fn(x, args);
  const { run } = written(apply, [{ shape: [null, 4, 5, 2], dtype: 'float32' }]);
  const x = tf.reshape(tf.range(0, 120), [3, 4, 5, 2]);
  const wanted = apply(x) as tf.Tensor;
  same(run(x)[0], wanted);
  expect(Array.from(wanted.dataSync())).not.toEqual(Array.from(x.dataSync()));
});

test('eigenvalues and logarithms of matrices are written into graphs', () => {
  const [values, logarithm, complex, re, im] = [
    'linalg.eigvals',
    'linalg.logm',
    'dtypes.complex',
    'math.real',
    'math.imag',
  ].map(symbol);
  if (!values || !logarithm || !complex || !re || !im) throw new Error('unreachable');
  const apply: Fn = (x) => {
    const found = values(x);
    const log = logarithm(complex(x, { imag: tf.zerosLike(x) }));
    return [re(found), im(found), re(log), im(log)];
  };
  const { ops, run } = written(apply, [{ shape: [null, 2, 2], dtype: 'float32' }]);
  expect(ops).toEqual(expect.arrayContaining(['Eig', 'MatrixLogarithm']));
  const x = tf.tensor3d([0, 1, -1, 0, 2, 0, 0, 1], [2, 2, 2]);
  const wanted = apply(x) as tf.Tensor[];
  run(x).forEach((each, i) => {
    same(each, wanted[i] ?? x);
  });
  expect(wanted[1]?.arraySync()).toEqual([
    [1, -1],
    [0, 0],
  ]);
  expect(() => logarithm(x)).toThrow(/takes complex numbers, got float32/);
});

const TYPES: ReadonlyArray<readonly [name: string, args: object, dtype: string]> = [
  ['where', {}, 'int64'],
  ['math.argmax', { axis: 1 }, 'int64'],
  ['math.argmax', { axis: 1, output_type: 'int32' }, 'int32'],
  ['compat.v1.argmin', { axis: 1 }, 'int64'],
  ['math.count_nonzero', {}, 'int64'],
  ['shape', { out_type: 'int64' }, 'int64'],
  ['shape', {}, 'int32'],
  ['cast', { dtype: 'float16' }, 'float16'],
];

test.each(TYPES)('tf.%s with %p gives %s to models, as TensorFlow does', (name, args, dtype) => {
  const x = Input({ shape: [2], name: 'x' });
  const made = new layers.TFOpLambda({ function: name }).apply(x, args as never) as KerasTensor;
  expect(made.dtype).toBe(dtype);
});
