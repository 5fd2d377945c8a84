import {
  backend,
  type CallArgs,
  Input,
  Layer,
  type LayerConfig,
  layers,
  Model,
  regularizers,
  Sequential,
  type Variable,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

/** Multiplies by own weights; training doubles, counts, and moves a mean; adds a loss and has a penalty. */
class Gain extends Layer {
  static override readonly className: string = 'Gain';
  weight: Variable | null = null;
  mean: Variable | null = null;
  count: Variable | null = null;

  override build(input_shape: readonly (number | null)[]): void {
    const shape = [input_shape.at(-1) ?? 1];
    const regularizer = new regularizers.L2({ l2: 0.02 });
    this.weight = this.add_weight({ name: 'weight', shape, initializer: 'ones', regularizer });
    this.mean = this.add_weight({ name: 'mean', shape, initializer: 'zeros', trainable: false });
    this.count = this.add_weight({ name: 'count', shape: [], trainable: false });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor, { training }: CallArgs): tf.Tensor {
    const { weight, mean, count } = this;
    if (weight === null || mean === null || count === null) throw new Error('not built');
    this.add_loss(tf.mul(tf.mean(tf.square(inputs)), 0.1));
    const outputs = tf.mul(tf.sub(inputs, mean.read()), weight.read());
    this.add_loss(tf.mul(tf.mean(tf.abs(outputs)), 0.05));
    if (training !== true) return outputs;
    count.assign_add(1);
    mean.assign(tf.add(tf.mul(mean.read(), 0.9), tf.mul(tf.mean(inputs, 0), 0.1)));
    return tf.mul(outputs, 2);
  }
}

/** A stack of built-in layers and a layer of its own, kept in a list and by name. */
class Block extends Layer {
  static override readonly className: string = 'Block';
  readonly steps: readonly Layer[];
  readonly named: Readonly<Record<string, Layer>>;
  readonly units: number;

  constructor({ units = 5, ...rest }: LayerConfig & { readonly units?: number } = {}) {
    super(rest);
    this.units = units;
    this.steps = [
      new layers.Dense({ units, activation: 'tanh', name: 'first' }),
      new layers.BatchNormalization({ name: 'norm' }),
    ];
    this.named = { gain: new Gain({ name: 'gain' }), skip: new layers.Dense({ units }) };
  }

  override call(inputs: tf.Tensor, { training }: CallArgs): tf.Tensor {
    const { gain, skip } = this.named;
    if (gain === undefined || skip === undefined) throw new Error('incomplete');
    const pass = { training: training ?? false };
    const x = this.steps.reduce((value, step) => step.apply<tf.Tensor>(value, pass), inputs);
    return tf.add(gain.apply<tf.Tensor>(x, pass), skip.apply<tf.Tensor>(inputs));
  }

  override get_config(): Record<string, unknown> {
    return { ...super.get_config(), units: this.units };
  }
}

/** Convolution and normalization inside; no bias, since that would have no gradient but rounding, by which Adam steps. */
class Filter extends Layer {
  static override readonly className: string = 'Filter';
  readonly conv: Layer = new layers.Conv2D({
    ...{ filters: 4, kernel_size: 3, padding: 'same', use_bias: false },
  });
  readonly norm: Layer = new layers.BatchNormalization({ momentum: 0.8 });

  override call(inputs: tf.Tensor, { training }: CallArgs): tf.Tensor {
    const x = this.conv.apply<tf.Tensor>(inputs);
    const pass = { training: training ?? false };
    return tf.relu(this.norm.apply<tf.Tensor>(x, pass));
  }
}

/** Takes two inputs by name. */
class Branches extends Model {
  static override readonly className: string = 'Branches';
  readonly sides: Readonly<Record<string, Layer>> = {
    left: new Block({ units: 4, name: 'left_block' }),
    right: new layers.Dense({ units: 4, activation: 'relu', name: 'right_dense' }),
  };
  readonly head: Layer = new layers.Dense({ units: 2, name: 'head' });

  override call(inputs: Readonly<Record<string, tf.Tensor>>, { training }: CallArgs): tf.Tensor {
    const pass = { training: training ?? false };
    const parts = ['left', 'right'].flatMap((side) => {
      const [layer, given] = [this.sides[side], inputs[side]];
      return layer && given ? [layer.apply<tf.Tensor>(given, pass)] : [];
    });
    const joined = tf.concat(parts, -1);
    this.add_loss(tf.mul(tf.mean(tf.square(joined)), 0.01));
    return this.head.apply<tf.Tensor>(joined);
  }
}

/** Gives two outputs by name. */
class Forked extends Model {
  static override readonly className: string = 'Forked';
  readonly block: Layer = new Block({ units: 4, name: 'block' });
  readonly score: Layer = new layers.Dense({ units: 2, name: 'score' });
  readonly rank: Layer = new layers.Dense({ units: 1, activation: 'sigmoid', name: 'rank' });

  override call(inputs: tf.Tensor, { training }: CallArgs): Record<string, tf.Tensor> {
    const x = this.block.apply<tf.Tensor>(inputs, { training: training ?? false });
    return { score: this.score.apply<tf.Tensor>(x), rank: this.rank.apply<tf.Tensor>(x) };
  }
}

/** Reads sequences of numbers of words, masked, with a recurrent layer in between. */
class Reader extends Model {
  static override readonly className: string = 'Reader';
  readonly words: Layer = new layers.Embedding({ input_dim: 9, output_dim: 4, mask_zero: true });
  readonly memory: Layer = new layers.LSTM({ units: 3, return_sequences: true });
  readonly last: Layer = new layers.GRU({ units: 3 });
  readonly gain: Layer = new Gain({ name: 'gain' });
  readonly head: Layer = new layers.Dense({ units: 2 });

  override call(inputs: tf.Tensor, { training }: CallArgs): tf.Tensor {
    const sequence = this.memory.apply<tf.Tensor>(this.words.apply<tf.Tensor>(inputs));
    const end = this.last.apply<tf.Tensor>(sequence);
    return this.head.apply<tf.Tensor>(
      this.gain.apply<tf.Tensor>(end, { training: training ?? false }),
    );
  }
}

/** A recurrent cell: the state is an own mixture of the input and the state before. */
class Mixing extends layers.AbstractRNNCell {
  static override readonly className: string = 'Mixing';
  readonly units: number;
  kernel: Variable | null = null;
  share: Variable | null = null;

  constructor({ units = 3, ...rest }: LayerConfig & { readonly units?: number } = {}) {
    super(rest);
    this.units = units;
  }

  get state_size(): number {
    return this.units;
  }

  override build(input_shape: readonly (number | null)[]): void {
    const { units } = this;
    this.kernel = this.add_weight({ name: 'kernel', shape: [input_shape.at(-1) ?? 1, units] });
    this.share = this.add_weight({ name: 'share', shape: [units], initializer: 'ones' });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor, { states }: CallArgs): [tf.Tensor, tf.Tensor[]] {
    const [state] = (Array.isArray(states) ? states : [states]) as tf.Tensor[];
    const { kernel, share } = this;
    if (kernel === null || share === null || state === undefined) throw new Error('not built');
    const x = tf.matMul(inputs as tf.Tensor2D, kernel.read() as tf.Tensor2D);
    const next = tf.tanh(tf.add(x, tf.mul(state, share.read())));
    return [next, [next]];
  }

  override get_config(): Record<string, unknown> {
    return { ...super.get_config(), units: this.units };
  }
}

/** Attends to a sequence and normalizes. */
class Attending extends Layer {
  static override readonly className: string = 'Attending';
  readonly attention: Layer = new layers.MultiHeadAttention({ num_heads: 2, key_dim: 3 });
  readonly norm: Layer = new layers.LayerNormalization({});

  override call(inputs: tf.Tensor): tf.Tensor {
    const attended = this.attention.apply<tf.Tensor>(inputs, { value: inputs });
    return this.norm.apply<tf.Tensor>(tf.add(inputs, attended));
  }
}

/** Passes probabilities on, and adds a loss of the labels that they are to give. */
class Recognizing extends Layer {
  static override readonly className: string = 'Recognizing';
  readonly classes: Layer = new layers.Dense({ units: 4, activation: 'softmax' });

  override call(inputs: tf.Tensor): tf.Tensor {
    const shares = this.classes.apply<tf.Tensor>(inputs);
    const labels = tf.tile(tf.tensor2d([[0, 1, 1]]), [shares.shape[0] ?? 1, 1]);
    const each = (n: number): tf.Tensor => tf.fill([shares.shape[0] ?? 1, 1], n, 'int32');
    this.add_loss(tf.mean(backend.ctc_batch_cost(labels, shares, each(6), each(2))));
    return tf.mean(shares, 1);
  }
}

/** Numbers between -1 and 1 that look random and are always the same. */
export function numbers(shape: readonly number[], seed: number): tf.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) * seed + seed));
  return tf.tensor(values, [...shape]);
}

function words(shape: readonly number[]): tf.Tensor {
  const values = Array.from({ length: (shape[0] ?? 1) * (shape[1] ?? 1) }, (_, i) => (i * 5) % 9);
  return tf.tensor(values, [...shape], 'int32');
}

/** Inputs or targets: one tensor, or tensors by name. */
export type Given = tf.Tensor | Readonly<Record<string, tf.Tensor>>;

/** A model, called once, with data to train it on. */
export interface Written {
  readonly model: Model;
  readonly x: Given;
  readonly y: Given;
}

/** A functional model around a layer. */
function around(shape: readonly number[], layer: Layer, flat = false): Model {
  const input = Input({ shape: [...shape], name: 'x' });
  const made = layer.apply(input);
  const x = flat ? new layers.GlobalAveragePooling2D({}).apply(made) : made;
  const outputs = new layers.Dense({ units: 2, name: 'head' }).apply(x);
  return new Model({ inputs: input, outputs, name: 'around' });
}

function called(model: Model, x: Given, y: Given = numbers([6, 2], 2)): Written {
  tf.dispose(model.apply<tf.Tensor>(x as tf.Tensor));
  return { model, x, y };
}

/** The models, by name. */
export const WRITTEN_MODELS: ReadonlyMap<string, () => Written> = new Map([
  ['layer', () => called(around([4], new Gain({ name: 'gain' })), numbers([6, 4], 1))],
  ['nested_layers', () => called(around([4], new Block({ name: 'block' })), numbers([6, 4], 1))],
  [
    'convolution_inside',
    () => called(around([6, 6, 3], new Filter({ name: 'filter' }), true), numbers([6, 6, 6, 3], 1)),
  ],
  [
    'stack',
    () =>
      called(
        new Sequential([
          Input({ shape: [4] }),
          new Gain({ name: 'gain' }),
          new Block({ name: 'block' }),
          new layers.Dense({ units: 2 }),
        ]),
        numbers([6, 4], 1),
      ),
  ],
  [
    'subclassed_of_names',
    () => called(new Branches({}), { left: numbers([6, 4], 1), right: numbers([6, 3], 3) }),
  ],
  [
    'subclassed_to_names',
    () => {
      const rank = tf.relu(numbers([6, 1], 5));
      return called(new Forked({}), numbers([6, 4], 1), { score: numbers([6, 2], 2), rank });
    },
  ],
  [
    'own_cell',
    () => {
      const cell = new Mixing({ name: 'mixing' });
      const rnn = new layers.RNN({ cell, return_sequences: true, name: 'rnn' });
      const last = new layers.LSTM({ units: 2, name: 'last' });
      const model = new Sequential([Input({ shape: [5, 3] }), rnn, last]);
      return called(model, numbers([6, 5, 3], 1));
    },
  ],
  [
    'attention_inside',
    () => {
      const pool = new layers.GlobalAveragePooling1D({});
      const model = new Sequential([
        ...[Input({ shape: [4, 5] }), new Attending({ name: 'attending' }), pool],
        new layers.Dense({ units: 2 }),
      ]);
      return called(model, numbers([6, 4, 5], 1));
    },
  ],
  ['ctc_inside', () => called(around([6, 3], new Recognizing({})), numbers([6, 6, 3], 1))],
  ['subclassed_recurrent', () => called(new Reader({}), words([6, 5]))],
]);
