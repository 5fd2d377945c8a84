import { beforeAll, expect, test } from '@jest/globals';
import {
  deviceDType,
  FunctionLibrary,
  GraphExecutor,
  type TracedFunction,
  toTensor,
  trace,
  VariableResource,
  type VariableState,
} from '@km/graph';
import { decodeProto, encodeProto } from '@km/proto';
import { FunctionDef } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  type CallArgs,
  Input,
  KerasTensor,
  Layer,
  layers,
  Model,
  metrics,
  ready,
  Sequential,
  type Tensors,
  trace_layer,
  utils,
  Variable,
} from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await ready();
});

function stateOf(variable: Variable): VariableState {
  return {
    name: variable.name,
    dtype: variable.dtype,
    shape: variable.shape,
    isInitialized: () => true,
    read: () => variable.read(),
    assign: (value) => {
      variable.assign(toTensor(value));
    },
  };
}

/** Runs a traced function on the variables themselves. */
function run(
  traced: TracedFunction,
  library: FunctionLibrary,
  inputs: readonly tf.Tensor[],
): tf.Tensor[] {
  const definitions = new Map(
    library.definitions.map((each) => {
      const decoded = decodeProto(FunctionDef, encodeProto(FunctionDef, each));
      return [decoded.signature?.name ?? '', decoded];
    }),
  );
  const executor = new GraphExecutor({ get: (name) => definitions.get(name) });
  const handles = traced.captures.map((each) => {
    if (!(each instanceof Variable)) throw new TypeError(`captures ${each.name}`);
    return new VariableResource(stateOf(each));
  });
  return executor
    .function(traced.name)
    .run([...inputs, ...handles])
    .map(toTensor);
}

const opsOf = ({ nodeDef = [] }: FunctionDef.$Properties = {}): string[] =>
  nodeDef.map(({ op = '' }) => op);

function close(found: tf.Tensor | undefined, wanted: tf.Tensor): void {
  expect(found?.shape).toEqual(wanted.shape);
  const gap = tf.max(tf.abs(tf.sub(found ?? wanted, wanted))).dataSync()[0];
  expect(gap).toBeLessThan(1e-5);
}

const values = (shape: number[]): tf.Tensor =>
  tf.sin(tf.reshape(tf.range(1, tf.util.sizeFromShape(shape) + 1), shape));

const symbol = (shape: readonly (number | null)[], name = 'inputs'): KerasTensor =>
  new KerasTensor({ shape, dtype: 'float32', name });

/** A network with a branch, a nested model, a recurrent layer and a layer that is called twice. */
function network(): Model {
  const inner = new Sequential([
    new layers.Dense({ units: 4, activation: 'relu', input_shape: [5] }),
    new layers.BatchNormalization(),
  ]);
  const x = Input({ shape: [null, 3], name: 'x' });
  const y = Input({ shape: [5], name: 'y' });
  const masked = new layers.Masking().apply(x);
  const state = new layers.LSTM({ units: 4 }).apply(masked);
  const shared = new layers.Dense({ units: 4 });
  const sum = new layers.Add().apply([shared.apply(state), shared.apply(inner.apply(y))]);
  return new Model({
    inputs: [x, y],
    outputs: [new layers.Dropout({ rate: 0.5 }).apply(sum), state],
  });
}

test('the function of a model calls those of its layers and computes what the model does', () => {
  const model = network();
  const library = new FunctionLibrary();
  const {
    function: traced,
    outputs,
    losses,
  } = trace_layer(
    model,
    'call_and_return_conditional_losses',
    { inputs: [symbol([null, null, 3], 'x'), symbol([null, 5], 'y')], args: { training: false } },
    library,
  );
  expect(losses).toEqual([]);
  expect(outputs).toEqual([
    { shape: [null, 4], dtype: 'float32' },
    { shape: [null, 4], dtype: 'float32' },
  ]);
  expect(traced.inputs.map(({ argument }) => argument)).toEqual(['x', 'y']);
  const names = library.definitions.map(({ signature }) => signature?.name ?? '');
  // Both calls of the shared layer take the same function.
  expect(names.filter((name) => /_dense_1_layer/.test(name))).toHaveLength(1);
  const inputs = [values([2, 6, 3]), values([2, 5])];
  const wanted = model.apply<Tensors>(inputs) as tf.Tensor[];
  const found = run(traced, library, inputs);
  wanted.forEach((each, i) => {
    close(found[i], each);
  });
});

test('a layer that does the same in training and inference has one function', () => {
  const dense = new layers.Dense({ units: 2 });
  dense.build([null, 3]);
  const library = new FunctionLibrary();
  const [first, second] = [false, true].map((training) =>
    trace_layer(
      dense,
      'call_and_return_conditional_losses',
      { inputs: symbol([null, 3]), args: { training } },
      library,
    ),
  );
  expect(second?.function.name).toBe(first?.function.name);
  expect(library.definitions).toHaveLength(1);
});

test('batch normalization moves its averages in training', () => {
  const [traced, eager] = [0, 1].map(() => {
    const layer = new layers.BatchNormalization({ momentum: 0.5 });
    layer.build([null, 2, 2, 3]);
    return layer;
  });
  if (!traced || !eager) throw new Error('there is no layer');
  const library = new FunctionLibrary();
  const spec = { inputs: symbol([null, 2, 2, 3]), args: { training: true } };
  const made = trace_layer(traced, '__call__', spec, library).function;
  expect(made.writes).toEqual([traced.moving_mean, traced.moving_variance]);
  const x = values([4, 2, 2, 3]);
  const [found] = run(made, library, [x]);
  close(found, eager.apply<tf.Tensor>(x, { training: true }));
  close(traced.moving_mean.read(), eager.moving_mean.read());
  close(traced.moving_variance.read(), eager.moving_variance.read());
  expect(library.definitions.flatMap(opsOf)).toContain('FusedBatchNormV3');
});

test('dropout draws in training and passes its input on otherwise', () => {
  const layer = new layers.Dropout({ rate: 0.25, seed: 7 });
  layer.build([null, 3]);
  const library = new FunctionLibrary();
  const make = (training: boolean): TracedFunction =>
    trace_layer(
      layer,
      'call_and_return_conditional_losses',
      { inputs: symbol([null, 3]), args: { training } },
      library,
    ).function;
  expect(opsOf(make(false).definition)).toEqual(['Identity']);
  const draw = make(true).definition.nodeDef?.find(({ op }) => op === 'RandomUniform');
  expect(draw?.attr?.seed2).toEqual({ i: 7n });
});

test('tracing does not move the sequence of a seeded layer', () => {
  const make = (): layers.Dropout => new layers.Dropout({ rate: 0.5, seed: 7 });
  const [traced, plain] = [make(), make()];
  const x = tf.ones([20]);
  trace(
    (given) => traced.apply<tf.Tensor>(given as tf.Tensor, { training: true }),
    [{ shape: [20], dtype: 'float32' }],
  );
  const [found, wanted] = [traced, plain].map((layer) => {
    // Operations of one seed share a stream, which begins anew.
    utils.set_random_seed(null);
    return Array.from(layer.apply<tf.Tensor>(x, { training: true }).dataSync());
  });
  expect(found).toEqual(wanted);
});

test('the dropout masks of a recurrent layer are the same at all steps', () => {
  const layer = new layers.LSTM({ units: 2, recurrent_dropout: 0.5, implementation: 1 });
  layer.build([null, 6, 3]);
  const library = new FunctionLibrary();
  const spec = { inputs: symbol([null, 6, 3]), args: { training: true } };
  const made = trace_layer(layer, '__call__', spec, library);
  const bodies = library.definitions.filter(({ signature }) => signature?.name?.includes('body'));
  expect(bodies.flatMap(opsOf)).not.toContain('RandomUniform');
  expect(library.definitions.flatMap(opsOf)).toContain('RandomUniform');
  expect(made.function.stateful).toBe(true);
  let draws = 0;
  const engine = tf.engine();
  const { runKernel } = engine;
  engine.runKernel = ((...args: Parameters<typeof runKernel>) => {
    if (args[0] === 'RandomUniform') draws += 1;
    return runKernel.apply(engine, args);
  }) as typeof runKernel;
  try {
    layer.apply(values([2, 6, 3]), { training: true });
  } finally {
    engine.runKernel = runKernel;
  }
  expect(draws).toBe(4);
});

/** A layer as a caller writes it: weights, a loss, a mode. */
class Gain extends Layer {
  static override readonly className: string = 'Gain';
  declare factor: Variable;

  override build(input_shape: readonly (number | null)[]): void {
    this.factor = this.add_weight({ name: 'factor', shape: [3], initializer: 'ones' });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor, { training }: CallArgs): tf.Tensor {
    const y = tf.mul(inputs, this.factor.read());
    this.add_loss(tf.mean(tf.square(y)));
    return training ? tf.mul(y, 2) : y;
  }
}

test('losses of a call follow its outputs, with the penalty of outputs only where all are asked for', () => {
  const gain = new Gain({ activity_regularizer: 'l2' });
  gain.build([null, 3]);
  const library = new FunctionLibrary();
  const spec = { inputs: symbol([null, 3]), args: { training: true } };
  const kinds = [
    '__call__',
    'call_and_return_conditional_losses',
    'call_and_return_all_conditional_losses',
  ] as const;
  const made = kinds.map((kind) => trace_layer(gain, kind, spec, library));
  expect(made.map(({ losses }) => losses.length)).toEqual([0, 1, 2]);
  const x = values([4, 3]);
  const all = run(made[2]?.function ?? ({} as TracedFunction), library, [x]);
  close(all[0], gain.apply<tf.Tensor>(x, { training: true }));
  const losses = gain.losses;
  all.slice(1).forEach((loss, i) => {
    close(loss, losses[i] ?? tf.scalar(Number.NaN));
  });
});

/** A layer that counts what it returns. */
class Counted extends Layer {
  static override readonly className: string = 'Counted';
  readonly seen: metrics.Mean = new metrics.Mean({ name: 'seen' });

  override call(inputs: tf.Tensor): tf.Tensor {
    this.seen.update_state(inputs);
    return tf.neg(inputs);
  }
}

test('a metric that a call updates is updated by its function', () => {
  const layer = new Counted();
  layer.build([null, 3]);
  const library = new FunctionLibrary();
  const spec = { inputs: symbol([null, 3]), args: { training: false } };
  const { function: traced } = trace_layer(layer, '__call__', spec, library);
  expect(traced.writes).toEqual([layer.seen.total, layer.seen.count]);
  run(traced, library, [tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])]);
  expect(layer.seen.value()).toBe(3.5);
});

test('a mask is an argument of the function where the caller gives it as one', () => {
  const layer = new layers.LSTM({ units: 2, return_sequences: true });
  layer.build([null, null, 3]);
  const library = new FunctionLibrary();
  const mask = new KerasTensor({ shape: [null, null], dtype: 'bool', name: 'mask' });
  const spec = { inputs: symbol([null, null, 3]), args: { training: false, mask } };
  const { function: traced } = trace_layer(layer, '__call__', spec, library);
  expect(traced.inputs.map(({ name }) => name)).toEqual(['inputs', 'mask']);
  const x = values([2, 4, 3]);
  const given = tf.tensor2d([1, 0, 1, 1, 1, 1, 0, 0], [2, 4], 'bool');
  const [found] = run(traced, library, [x, given]);
  close(found, layer.apply<tf.Tensor>(x, { mask: given }));
});

test('a stateful layer writes its state', () => {
  const layer = new layers.GRU({ units: 2, stateful: true, batch_input_shape: [2, 3, 3] });
  layer.build([2, 3, 3]);
  const library = new FunctionLibrary();
  const spec = { inputs: symbol([2, 3, 3]), args: { training: false } };
  const { function: traced } = trace_layer(layer, '__call__', spec, library);
  expect(traced.writes).toEqual(layer.states);
  const [found] = run(traced, library, [values([2, 3, 3])]);
  close(layer.states?.[0]?.read(), found ?? tf.scalar(0));
});

test('gradients flow through the function of a model to its weights', () => {
  const model = network();
  const library = new FunctionLibrary();
  const inputs = [symbol([null, null, 3], 'x'), symbol([null, 5], 'y')];
  const spec = { inputs, args: { training: false } };
  const { function: traced } = trace_layer(model, '__call__', spec, library);
  const given = [values([2, 4, 3]), values([2, 5])];
  const weights = model.trainable_weights.map((variable) => variable.read());
  const slopes = (fn: () => tf.Tensor[]): tf.Tensor[] =>
    tf.engine().gradients(() => tf.addN(fn().map((y) => tf.sum(y))), weights).grads as tf.Tensor[];
  const wanted = slopes(() => model.apply<Tensors>(given) as tf.Tensor[]);
  const found = slopes(() => run(traced, library, given));
  wanted.forEach((each, i) => {
    close(found[i], each);
  });
});

test('tracing a layer leaves no tensor behind', () => {
  const layer = new layers.GRU({ units: 2, dropout: 0.5, recurrent_dropout: 0.5 });
  layer.build([null, 6, 3]);
  const before = tf.memory().numTensors;
  const spec = { inputs: symbol([null, 6, 3]), args: { training: true } };
  trace_layer(layer, 'call_and_return_conditional_losses', spec, new FunctionLibrary());
  expect(tf.memory().numTensors).toBe(before);
});

test('numbers that a variable is set to while it is traced are refused', () => {
  const variable = new Variable(
    { dtype: 'float32', shape: [1], data: new Float32Array(1) },
    { name: 'v' },
  );
  const spec = { shape: [null], dtype: 'float32' } as const;
  const set = (x: tf.Tensor): tf.Tensor => {
    variable.assign_values(new Float32Array(1));
    return x;
  };
  expect(() => trace((x) => set(x as tf.Tensor), [spec])).toThrow(/assign it a tensor/);
});

test('the types of a function are those of the layer where the caller asks for them', () => {
  const layer = new layers.Embedding({ input_dim: 4, output_dim: 2 });
  layer.build([null, 3]);
  const ids = new KerasTensor({ shape: [null, 3], dtype: 'int64', name: 'ids' });
  const spec = { inputs: ids, args: { training: false }, outputTypes: ['float16'] as const };
  const { function: traced, outputs } = trace_layer(layer, '__call__', spec, new FunctionLibrary());
  expect(traced.inputs[0]?.dtype).toBe('int64');
  expect(outputs).toEqual({ shape: [null, 3, 2], dtype: 'float16' });
  expect(deviceDType('float16')).toBe('float32');
});

test('functions of texts and spectra are written as the ops of TensorFlow, and run', () => {
  const upper = new layers.TFOpLambda({ function: 'strings.upper' });
  const text = { shape: [null], dtype: 'string' } as const;
  const library = new FunctionLibrary();
  const written = trace((x) => upper.apply(x as tf.Tensor), [text], { library });
  expect(opsOf(library.definitions[0])).toContain('StringUpper');
  const [found] = run(written, library, [tf.tensor1d(['a', 'b'], 'string')]);
  expect([...(found?.dataSync<'string'>() ?? [])]).toEqual(['A', 'B']);
  const stft = new layers.TFOpLambda({ function: 'signal.stft' });
  const abs = new layers.TFOpLambda({ function: 'math.abs' });
  const spectrum = (x: tf.Tensor): tf.Tensor =>
    abs.apply<tf.Tensor>(stft.apply<tf.Tensor>(x, { frame_length: 8, frame_step: 4 }));
  const spectra = new FunctionLibrary();
  const wave = { shape: [null, 16], dtype: 'float32' } as const;
  const traced = trace((x) => spectrum(x as tf.Tensor), [wave], { library: spectra });
  expect(opsOf(spectra.definitions[0])).toContain('FFT');
  close(run(traced, spectra, [values([2, 16])])[0], spectrum(values([2, 16])));
});

const MOVES: ReadonlyArray<readonly [name: string, args: object]> = [
  ['transpose', { perm: [1, 0] }],
  ['reshape', { shape: [-1] }],
  ['tile', { multiples: [1, 2] }],
  ['gather', { indices: [2, 0], axis: 1 }],
  [
    'pad',
    {
      paddings: [
        [0, 0],
        [1, 0],
      ],
    },
  ],
  ['reverse', { axis: [1] }],
  ['strided_slice', { begin: [0, 1], end: [2, 3], strides: [1, 1] }],
  ['tensor_scatter_nd_update', { indices: [[1, 1]], updates: ['new'] }],
  ['zeros_like', {}],
  ['math.equal', { y: 'ccc' }],
  ['__operators__.add', { y: '!' }],
];

test.each(MOVES)('tf.%s with %p of texts is written into a graph for any batch', (name, args) => {
  const layer = new layers.TFOpLambda({ function: name });
  const apply = (x: tf.Tensor): tf.Tensor => layer.apply<tf.Tensor>(x, args as CallArgs);
  const library = new FunctionLibrary();
  const spec = { shape: [null, 3], dtype: 'string' } as const;
  const traced = trace((x) => apply(x as tf.Tensor), [spec], { library });
  const x = tf.tensor2d(['a', 'bb', 'ccc', '', 'é', 'f'], [2, 3], 'string');
  const [[found], wanted] = [run(traced, library, [x]), apply(x)];
  expect(found?.shape).toEqual(wanted.shape);
  expect(Array.from(found?.dataSync() ?? [])).toEqual(Array.from(wanted.dataSync()));
});

test('texts of several tensors are joined, stacked and chosen in a graph', () => {
  const made = new Map<string, Layer>();
  const fn = (name: string, input: unknown, args: object): tf.Tensor => {
    const layer = made.get(name) ?? new layers.TFOpLambda({ function: name });
    made.set(name, layer);
    return layer.apply<tf.Tensor>(input as tf.Tensor, args as never);
  };
  const apply = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
    const joined = [fn('concat', [x, y], { axis: 1 }), fn('concat', [y, x], { axis: 1 })];
    const stacked = fn('stack', joined, { axis: 0 });
    return fn('where', fn('math.equal', stacked, { y: 'b' }), { x: stacked, y: '-' });
  };
  const library = new FunctionLibrary();
  const spec = { shape: ['batch', 2], dtype: 'string' } as const;
  const traced = trace((x, y) => apply(x as tf.Tensor, y as tf.Tensor), [spec, spec], { library });
  const given = [tf.tensor2d([['a', 'b']], [1, 2]), tf.tensor2d([['b', 'd']], [1, 2])] as const;
  const [found] = run(traced, library, given);
  expect(found?.arraySync()).toEqual([[['-', 'b', 'b', '-']], [['b', '-', '-', 'b']]]);
});

test('functions that depend on values are refused in a graph', () => {
  const spec = { shape: [2, 3], dtype: 'float32' } as const;
  const apply = (name: string, args: CallArgs | object) => (): unknown =>
    trace(
      (x) => new layers.TFOpLambda({ function: name }).apply(x as tf.Tensor, args as never),
      [spec],
    );
  expect(apply('nn.isotonic_regression', {})).toThrow(/cannot be written/);
});

const WRITTEN: ReadonlyArray<readonly [name: string, args: object, op: string]> = [
  ['math.segment_max', { segment_ids: [0, 0, 1] }, 'SegmentMax'],
  ['math.segment_prod', { segment_ids: [0, 1, 1] }, 'SegmentProd'],
  ['math.unsorted_segment_min', { segment_ids: [1, 0, 1], num_segments: 3 }, 'UnsortedSegmentMin'],
  ['math.bincount', { minlength: 7, axis: -1 }, 'DenseBincount'],
];

test.each(WRITTEN)('tf.%s with %p is written as %s', (name, args, op) => {
  const layer = new layers.TFOpLambda({ function: name });
  const apply = (x: tf.Tensor): tf.Tensor => layer.apply<tf.Tensor>(x, args as CallArgs);
  const dtype = op === 'DenseBincount' ? 'int32' : 'float32';
  const x = tf.tensor([1, 4, 2, 5, 3, 0], [3, 2], dtype);
  const library = new FunctionLibrary();
  const traced = trace((y) => apply(y as tf.Tensor), [{ shape: x.shape, dtype }], { library });
  expect(opsOf(library.definitions[0])).toContain(op);
  close(run(traced, library, [x])[0], apply(x));
});

const DRAWN: ReadonlyArray<readonly [name: string, args: object, op: string]> = [
  ['stateless_normal', { seed: [3, 4], stddev: 2, mean: 1 }, 'StatelessRandomNormal'],
  ['stateless_truncated_normal', { seed: [3, 4], mean: 1 }, 'StatelessTruncatedNormal'],
  ['stateless_uniform', { seed: [3, 4], maxval: 5 }, 'StatelessRandomUniform'],
];

test.each(DRAWN)(
  'tf.random.%s with %p for a shape that is open is written as %s',
  (name, args, op) => {
    const shape = new layers.TFOpLambda({ function: 'shape' });
    const numbers = new layers.TFOpLambda({ function: `random.${name}` });
    const apply = (x: tf.Tensor): tf.Tensor =>
      numbers.apply<tf.Tensor>(shape.apply<tf.Tensor>(x), args as CallArgs);
    const library = new FunctionLibrary();
    const spec = { shape: [null, 2], dtype: 'float32' } as const;
    const traced = trace((y) => apply(y as tf.Tensor), [spec], { library });
    expect(library.definitions.flatMap(opsOf)).toContain(op);
    close(run(traced, library, [values([3, 2])])[0], apply(values([3, 2])));
  },
);
