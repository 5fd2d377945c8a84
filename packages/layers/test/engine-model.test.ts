import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { registerGradients } from '@km/graph';
import { Input, InputLayer } from '../src/engine/input-layer.ts';
import type { KerasTensor } from '../src/engine/keras-tensor.ts';
import { Layer, type LayerConfig } from '../src/engine/layer.ts';
import { get_mask } from '../src/engine/mask.ts';
import { Functional, Model } from '../src/engine/model.ts';
import { resetNames } from '../src/engine/names.ts';
import { provide } from '../src/engine/providers.ts';
import type { Registrable } from '../src/engine/registry.ts';
import { Sequential } from '../src/engine/sequential.ts';
import type { CallArgs, Config, Masks, Shape } from '../src/engine/types.ts';
import type { Variable } from '../src/engine/variable.ts';

class Dense extends Layer {
  static override readonly className: string = 'Dense';
  readonly units: number;
  kernel: Variable | null = null;

  constructor({ units, ...config }: LayerConfig & { units: number }) {
    super(config);
    this.units = units;
  }

  override build(input_shape: Shape): void {
    const shape = [input_shape.at(-1) ?? 1, this.units];
    this.kernel = this.add_weight({ name: 'kernel', shape, initializer: 'ones' });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.matMul(inputs as tf.Tensor2D, (this.kernel as Variable).read() as tf.Tensor2D);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return [...input_shape.slice(0, -1), this.units];
  }

  override get_config(): Config {
    return { ...super.get_config(), units: this.units };
  }
}

/** Sums its inputs, and a tensor given by keyword; without a rule for shapes. */
class Sum extends Layer {
  static override readonly className: string = 'Sum';

  override call(inputs: tf.Tensor | tf.Tensor[], args: CallArgs): tf.Tensor {
    const sum = Array.isArray(inputs) ? tf.addN(inputs) : inputs;
    return args.extra instanceof tf.Tensor ? tf.add(sum, args.extra) : sum;
  }
}

/** Masks the rows that begin with zero. */
class ZeroMask extends Layer {
  static override readonly className: string = 'ZeroMask';

  override compute_mask(inputs: tf.Tensor): Masks {
    return tf.tidy(() => tf.notEqual(tf.slice(inputs, [0, 0], [-1, 1]), 0));
  }
}

class Keep extends Layer {
  static override readonly className: string = 'Keep';

  constructor(config: LayerConfig = {}) {
    super(config);
    this.supports_masking = true;
  }
}

const classes: [string, Registrable][] = [
  ['Dense', Dense],
  ['Sum', Sum],
  ['ZeroMask', ZeroMask],
  ['Keep', Keep],
  ['InputLayer', InputLayer],
  ['Functional', Functional],
  ['Model', Model],
  ['Sequential', Sequential],
];

beforeEach(async () => {
  await tf.setBackend('cpu');
  resetNames();
  provide({
    layers: () => new Map(classes),
    mean: () => {
      throw new TypeError('There are no metrics here.');
    },
  });
});

const ones = (rows: number, columns: number): tf.Tensor => tf.ones([rows, columns]);

test('a functional model computes its outputs and leaves nothing else behind', () => {
  const x = Input({ shape: [3] });
  const model = new Model({ inputs: x, outputs: new Dense({ units: 2 }).apply(x) });
  expect(model).toBeInstanceOf(Functional);
  expect([model.name, x.name, model.output_names]).toEqual(['model', 'input_1', ['dense']]);
  expect(model.outputs[0]?.shape).toEqual([null, 2]);
  const data = ones(2, 3);
  model.apply(data).dispose();
  const before = tf.memory().numTensors;
  const y = model.apply(data);
  expect(y.arraySync()).toEqual([
    [3, 3],
    [3, 3],
  ]);
  expect(tf.memory().numTensors).toBe(before + 1);
});

test('the shape of a layer without a rule is found by running it, open axes staying open', () => {
  const x = Input({ batch_shape: [null, null, 4] });
  const y = new Sum().apply([x, x]);
  expect(y.shape).toEqual([null, null, 4]);
});

function shared(): { model: Model; inner: Model } {
  const inner_in = Input({ shape: [3], name: 'inner_in' });
  const inner = new Model({
    inputs: inner_in,
    outputs: new Dense({ units: 3, name: 'inner_dense' }).apply(inner_in),
    name: 'inner',
  });
  const a = Input({ shape: [3], name: 'a' });
  const b = Input({ shape: [3], name: 'b' });
  const sum = new Sum({ name: 'sum' }).apply([inner.apply(a), inner.apply(b)], { extra: a });
  const tail = new Sequential({
    layers: [new Dense({ units: 2, input_shape: [3], name: 'tail_dense' })],
    name: 'tail',
  });
  const outputs = { y: tail.apply(sum), s: sum };
  return { model: new Model({ inputs: [a, b], outputs, name: 'outer' }), inner };
}

test('nested and shared models count their construction as a call in the config', () => {
  const { model } = shared();
  const config = model.get_config();
  expect(model.layers.map((layer) => layer.name)).toEqual(['a', 'b', 'inner', 'sum', 'tail']);
  const nodes = Object.fromEntries(
    (config.layers as Config[]).map((layer) => [layer.name, layer.inbound_nodes]),
  );
  expect(nodes).toEqual({
    a: [],
    b: [],
    inner: [[['a', 0, 0, {}]], [['b', 0, 0, {}]]],
    sum: [
      [
        ['inner', 1, 0, { extra: ['a', 0, 0] }],
        ['inner', 2, 0, { extra: ['a', 0, 0] }],
      ],
    ],
    tail: [[['sum', 0, 0, {}]]],
  });
  expect(config.input_layers).toEqual([
    ['a', 0, 0],
    ['b', 0, 0],
  ]);
  expect(config.output_layers).toEqual({ s: ['sum', 0, 0], y: ['tail', 1, 0] });
});

test('a model rebuilt from its config has the same config and computes the same', () => {
  const { model } = shared();
  const again = Model.from_config(model.get_config()) as Model;
  expect(again.get_config()).toEqual(model.get_config());
  expect(again.weights.map((weight) => weight.name)).toEqual([
    'inner_dense/kernel',
    'tail_dense/kernel',
  ]);
  const data = [ones(1, 3), ones(1, 3)];
  const outputs = again.apply<{ y: tf.Tensor; s: tf.Tensor }>(data);
  expect(outputs.s.arraySync()).toEqual([[7, 7, 7]]);
  expect(outputs.y.arraySync()).toEqual([[21, 21]]);
  expect(again.apply<{ y: tf.Tensor }>({ b: data[0], a: data[1] } as never).y.shape).toEqual([
    1, 2,
  ]);
});

test('a model of intermediate tensors repeats the calls after them', () => {
  const x = Input({ shape: [3] });
  const first = new Dense({ units: 2 });
  const h = first.apply(x);
  const model = new Model({ inputs: h, outputs: new Dense({ units: 1 }).apply(h) });
  expect(model.layers.map((layer) => layer.name)).toEqual(['input_2', 'dense_1']);
  expect(model.apply(ones(1, 2)).arraySync()).toEqual([[2]]);
});

test('an output that the inputs do not give is named', () => {
  const x = Input({ shape: [3] });
  const y = new Dense({ units: 2 }).apply(Input({ shape: [3] }));
  expect(() => new Model({ inputs: x, outputs: y })).toThrow(/Graph disconnected/);
});

test('masks travel with the tensors of a functional model', () => {
  const x = Input({ shape: [2] });
  const masked = new ZeroMask().apply(x);
  expect(masked.mask?.shape).toEqual([null, 1]);
  const kept = new Keep().apply(masked);
  const model = new Model({ inputs: x, outputs: [kept, new Dense({ units: 1 }).apply(kept)] });
  const [y, lost] = model.apply<tf.Tensor[]>(
    tf.tensor2d([
      [0, 1],
      [1, 1],
    ]),
  );
  expect(Array.from(get_mask(y as tf.Tensor)?.dataSync() ?? [])).toEqual([0, 1]);
  expect(get_mask(lost as tf.Tensor)).toBeNull();
});

test('a loss added to a functional model is part of each call and of the config', () => {
  const x = Input({ shape: [3] });
  const h = new Dense({ units: 2 }).apply(x);
  const model = new Model({ inputs: x, outputs: h });
  model.add_loss(new Sum().apply(h));
  expect(model.layers.map((layer) => layer.name)).toEqual(['input_1', 'dense', 'sum', 'add_loss']);
  model.apply(ones(1, 3)).dispose();
  expect(model.losses.map((loss) => loss.arraySync())).toEqual([[[3, 3]]]);
});

test('a sequential model waits for its input shape and opens what differs later', () => {
  const model = new Sequential([new Dense({ units: 2 }), new Dense({ units: 1 })]);
  expect(model.built).toBe(false);
  expect(model.apply(ones(1, 3)).arraySync()).toEqual([[6]]);
  expect(model.inputs[0]?.shape).toEqual([1, 3]);
  expect(model.apply(ones(2, 3)).shape).toEqual([2, 1]);
  expect(model.inputs[0]?.shape).toEqual([null, 3]);
  expect(model.weights.map((weight) => weight.name)).toEqual(['dense/kernel', 'dense_1/kernel']);
  expect(model.layers).toHaveLength(2);
});

test('a sequential model is made again from its config, with its input layer', () => {
  const model = new Sequential([new Dense({ units: 2, input_shape: [3] }), new Keep()]);
  const config = model.get_config();
  expect((config.layers as Config[]).map((layer) => layer.class_name)).toEqual([
    'InputLayer',
    'Dense',
    'Keep',
  ]);
  expect(Sequential.from_config(config).get_config()).toEqual(config);
});

test('the layer on top of a sequential model can be taken away and another put in its place', () => {
  const model = new Sequential([
    new Dense({ units: 2, input_shape: [3] }),
    new Dense({ units: 1 }),
  ]);
  model.pop();
  expect(model.output_shape).toEqual([null, 2]);
  model.add(new Dense({ units: 4 }));
  expect(model.output_shape).toEqual([null, 4]);
  expect(() => model.add(new Dense({ units: 1, name: 'dense' }))).toThrow(/unique names/);
});

class Own extends Model {
  readonly first: Layer = new Dense({ units: 2 });
  readonly rest: Layer[] = [new Dense({ units: 1 })];

  override call(inputs: tf.Tensor): tf.Tensor {
    let x: tf.Tensor = this.first.apply(inputs);
    for (const layer of this.rest) x = layer.apply(x);
    return x;
  }
}

test('a subclass of Model is built by its first call, or by build', () => {
  const model = new Own();
  model.apply(ones(1, 3));
  expect(model.weights.map((weight) => weight.name)).toEqual([
    'own/dense/kernel',
    'own/dense_1/kernel',
  ]);
  const other = new Own();
  other.build([null, 3]);
  expect(other.weights.map((weight) => weight.name)).toEqual(['dense_2/kernel', 'dense_3/kernel']);
  expect((other.apply(Input({ shape: [3] })) as KerasTensor).shape).toEqual([null, 1]);
});

test('weights of layers in a list come as those of one layer: first what is trained', () => {
  class Listing extends Model {
    readonly parts: Layer[] = ['first', 'frozen', 'last'].map(
      (name) => new Dense({ units: 2, name, trainable: name !== 'frozen' }),
    );
    readonly head: Layer = new Dense({ units: 1, name: 'head' });

    override call(inputs: tf.Tensor): tf.Tensor {
      const x = this.parts.reduce((value, part) => part.apply<tf.Tensor>(value), inputs);
      return this.head.apply(x);
    }
  }
  const model = new Listing({ name: 'm' });
  model.apply(ones(1, 2));
  expect(model.weights.map((weight) => weight.name)).toEqual(
    ['first', 'last', 'frozen', 'head'].map((name) => `m/${name}/kernel`),
  );
});

test('a summary is printed line by line as Keras prints it', () => {
  const { model } = shared();
  const lines: string[] = [];
  model.summary({ print_fn: (line) => lines.push(line) });
  expect(lines.slice(0, 10)).toEqual([
    'Model: "outer"',
    '_'.repeat(98),
    ' Layer (type)                Output Shape                 Param #   Connected to                  ',
    '='.repeat(98),
    ' a (InputLayer)              [(None, 3)]                  0         []                            ',
    ' '.repeat(98),
    ' b (InputLayer)              [(None, 3)]                  0         []                            ',
    ' '.repeat(98),
    " inner (Functional)          (None, 3)                    9         ['a[0][0]',                   ",
    "                                                                     'b[0][0]']                   ",
  ]);
  expect(lines).toContain('Total params: 15 (60.00 Byte)');
});

test('a wrong number of features is refused with the numbers', () => {
  const x = Input({ shape: [3] });
  const model = new Model({ inputs: x, outputs: new Dense({ units: 2 }).apply(x) });
  expect(() => model.apply(ones(1, 4))).toThrow(
    'Input 0 of layer "model" is incompatible with the layer: expected shape=(None, 3), found shape=(1, 4)',
  );
});

test('training builds a deferred model for batches of any size', async () => {
  registerGradients();
  const model = new Sequential([new Dense({ units: 1 })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit(tf.ones([4, 3]), tf.ones([4, 1]), { batch_size: 2, verbose: 0 });
  expect(model.inputs[0]?.shape).toEqual([null, 3]);
  const own = new Own();
  own.compile({ optimizer: 'sgd', loss: 'mse' });
  await own.fit(tf.ones([4, 3]), tf.ones([4, 1]), { verbose: 0 });
  expect(own.weights.map((weight) => weight.name)).toEqual([
    'own/dense_1/kernel',
    'own/dense_2/kernel',
  ]);
});

test('an argument that a class does not take is an error that says where it stands', () => {
  const x = Input({ shape: [2] });
  const config = new Model({ inputs: x, outputs: new Keep().apply(x) }).get_config();
  const [, keep] = config.layers as { config: Config }[];
  if (keep !== undefined) keep.config.wide = 3;
  expect(() => Model.from_config(config)).toThrow(
    "Cannot make layer 'Keep' at config.layers[1] from its config: Keyword argument not understood: 'wide'",
  );
});

/** Builds its inner layer in its call, and states its shape. */
class Block extends Layer {
  readonly inner: Layer = new Dense({ units: 2 });

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.inner.apply(inputs);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return [...input_shape.slice(0, -1), 2];
  }
}

test('layers inside of a layer are built by a symbolic call, under the names of the layers around', () => {
  const x = Input({ shape: [3] });
  const model = new Model({ inputs: x, outputs: new Block().apply(x) });
  expect(model.weights.map((weight) => weight.name)).toEqual(['block/dense/kernel']);
});

test('a layer that reads values has the shape that it states', () => {
  class Reading extends Block {
    override call(inputs: tf.Tensor): tf.Tensor {
      return (tf.relu(inputs).dataSync()[0] ?? 0) > 0 ? inputs : tf.neg(inputs);
    }
  }
  expect(new Reading().apply(Input({ shape: [3] })).shape).toEqual([null, 2]);
});

test('under mixed precision, steps of training round and overflow as float16 does', () => {
  registerGradients();
  const x = Input({ shape: [1] });
  const dense = new Dense({ units: 1, dtype: 'mixed_float16' });
  const y = dense.apply(x);
  const model = new Model({ inputs: x, outputs: y });
  expect([y.dtype, dense.weights[0]?.dtype]).toEqual(['float16', 'float32']);
  dense.set_weights([[[1 + 2 ** -12]]]);
  const input = tf.tensor2d([[2]]);
  expect(model.apply(input).dataSync()[0]).toBe(2 + 2 ** -11);
  const step = (scale: number): number[] => {
    const loss = (): tf.Scalar => tf.sum(tf.mul(model.apply(input), scale));
    const { value, grads } = tf.engine().gradients(loss, [dense.kernel?.read() ?? input]);
    return [value.dataSync()[0] ?? 0, grads[0]?.dataSync()[0] ?? 0];
  };
  expect(step(1)).toEqual([2, 2]);
  expect(step(40000)).toEqual([80000, Number.POSITIVE_INFINITY]);
});
