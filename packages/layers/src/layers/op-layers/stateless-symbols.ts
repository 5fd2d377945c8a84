import { drawIntegers, isTracing, startOfSeeds } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { statelessNormal, statelessTruncatedNormal, statelessUniform } from '../../random/index.ts';
import { RandomGenerator } from '../../random/random-generator.ts';
import { callOneOp, typeAttr } from './op-call.ts';
import { concreteSizes } from './shape-values.ts';
import { type SymbolArgs, type SymbolFunction, sizesIn, toOperand } from './symbol-args.ts';
import { onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];
type Seeds = readonly [number, number];

function seedsOf(args: SymbolArgs): Seeds {
  const [first = 0, second = 0] = args.numbers('seed');
  return [first, second];
}

/** Makes a tensor of numbers that are drawn outside of tfjs. */
function filled(
  shape: readonly number[],
  dtype: 'float32' | 'int32',
  make: (size: number) => Float32Array | Int32Array,
): tf.Tensor {
  if (onlyShapes()) return tf.fill([...shape], 0, dtype);
  return tf.tensor(make(tf.util.sizeFromShape([...shape])), [...shape], dtype);
}

const shapeIn = (input: unknown): number[] => concreteSizes(sizesIn(input, 'shape'));

/** Writes numbers of a distribution into the function that is being traced. */
function written(
  op: string,
  input: unknown,
  args: SymbolArgs,
  range: readonly tf.Tensor[] = [],
): tf.Tensor {
  const given = input instanceof tf.Tensor;
  const sizes = given ? input : tf.tensor1d(shapeIn(input), 'int32');
  const shape = sizesIn(input, 'shape');
  const dtype = range.length > 0 ? 'int32' : 'float32';
  return callOneOp({
    op,
    inputs: [sizes, tf.tensor1d([...seedsOf(args)], 'int32'), ...range],
    attrs: range.length > 0 ? {} : { dtype: typeAttr('float32') },
    outputs: [{ shape, dtype }],
  });
}

/** Numbers around 0 with the deviation 1, moved and spread as a call wants them. */
const spread = (x: tf.Tensor, args: SymbolArgs): tf.Tensor =>
  tf.add(tf.mul(x, args.number('stddev', 1)), args.number('mean', 0));

const normal: SymbolFunction = (input, args) => {
  if (isTracing()) return spread(written('StatelessRandomNormal', input, args), args);
  return filled(shapeIn(input), 'float32', (size) =>
    statelessNormal(size, seedsOf(args), args.number('mean', 0), args.number('stddev', 1)),
  );
};

const truncated: SymbolFunction = (input, args) => {
  if (isTracing()) return spread(written('StatelessTruncatedNormal', input, args), args);
  return filled(shapeIn(input), 'float32', (size) =>
    statelessTruncatedNormal(size, seedsOf(args), args.number('mean', 0), args.number('stddev', 1)),
  );
};

const uniform: SymbolFunction = (input, args) => {
  const low = args.number('minval', 0);
  if (!args.text('dtype', 'float32').includes('int')) {
    const high = args.number('maxval', 1);
    if (isTracing()) {
      return tf.add(tf.mul(written('StatelessRandomUniform', input, args), high - low), low);
    }
    return filled(shapeIn(input), 'float32', (size) =>
      statelessUniform(size, seedsOf(args), low, high),
    );
  }
  if (isTracing()) {
    const range = [low, args.number('maxval', 1)].map((bound) => tf.scalar(bound, 'int32'));
    return written('StatelessRandomUniformInt', input, args, range);
  }
  return filled(shapeIn(input), 'int32', (size) => {
    const numbers = new Int32Array(size);
    drawIntegers(numbers, startOfSeeds(seedsOf(args)), low, args.number('maxval', 1));
    return numbers;
  });
};

/** Numbers between 0 and 1. */
function noise(shape: readonly number[], args: SymbolArgs): tf.Tensor {
  if (isTracing()) return written('StatelessRandomUniform', shape, args);
  return filled(shape, 'float32', (size) => statelessUniform(size, seedsOf(args)));
}

/** Turns images over in half of the cases. */
const flipped =
  (axis: number): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    const turned = tf.reverse(x, [x.rank + axis]);
    const turn =
      x.rank === 3
        ? tf.less(noise([], args), 0.5)
        : tf.greater(noise([x.shape[0] ?? 1], args), 0.5);
    const wide = tf.reshape(turn, [...turn.shape, ...x.shape.slice(turn.rank).map(() => 1)]);
    return tf.where(tf.broadcastTo(wide, x.shape), turned, x);
  };

/** Cuts a part of a size out at a place that is drawn. */
const cutAnywhere =
  (numbers: (args: SymbolArgs, count: number) => tf.Tensor): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    const size = args.numbers('size').map((n, axis) => (n < 0 ? (x.shape[axis] ?? n) : n));
    if (onlyShapes()) return tf.zeros(size, x.dtype as 'float32');
    const limits = size.map((n, axis) => (x.shape[axis] ?? n) - n + 1);
    const begin = tf.mod(numbers(args, size.length), tf.tensor1d(limits, 'int32'));
    return callOneOp({
      op: 'Slice',
      inputs: [x, begin, tf.tensor1d(size, 'int32')],
      attrs: { T: typeAttr(x.dtype as 'float32'), Index: typeAttr('int32') },
      outputs: [{ shape: size, dtype: x.dtype }],
    });
  };

const LARGEST = 2 ** 31 - 1;

const seededIntegers = (args: SymbolArgs, count: number): tf.Tensor => {
  const bounds = [0, LARGEST].map((bound) => tf.scalar(bound, 'int32'));
  if (isTracing()) return written('StatelessRandomUniformInt', [count], args, bounds);
  return filled([count], 'int32', (size) => {
    const numbers = new Int32Array(size);
    drawIntegers(numbers, startOfSeeds(seedsOf(args)), 0, LARGEST);
    return numbers;
  });
};

function generatorOf(args: SymbolArgs): RandomGenerator {
  const seed = args.raw('seed');
  return new RandomGenerator(typeof seed === 'number' ? seed : null);
}

const integers = (args: SymbolArgs, count: number): tf.Tensor =>
  generatorOf(args).integers([count], 0, LARGEST);

/** Turns images over in half of the cases, others at each call. */
const flippedAnyhow =
  (axis: number): SymbolFunction =>
  (input, args) => {
    const x = toOperand(input);
    const batch = x.rank === 4 ? (x.shape[0] ?? 1) : 1;
    const drawn = generatorOf(args).uniform(
      [batch, ...new Array<number>(x.rank - 1).fill(1)],
      0,
      1,
    );
    const turn = tf.less(
      x.rank === 4
        ? drawn
        : tf.reshape(
            drawn,
            x.shape.map(() => 1),
          ),
      0.5,
    );
    return tf.where(tf.broadcastTo(turn, x.shape), tf.reverse(x, [x.rank + axis]), x);
  };

/** Puts the rows into another order at each call. */
const shuffled: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const { indices } = tf.topk(generatorOf(args).uniform([x.shape[0] ?? 1], 0, 1), x.shape[0] ?? 1);
  return tf.gather(x, indices);
};

/** Draws classes, others at each call. */
const anyCategorical: SymbolFunction = (input, args) => {
  const logits = toOperand(input);
  const [rows = 1, classes = 1] = logits.shape;
  const [count = 1] = args.numbers('num_samples');
  const noise = generatorOf(args).uniform([rows, count, classes], 1e-20, 1);
  const scores = tf.sub(tf.expandDims(logits, 1), tf.log(tf.neg(tf.log(noise))));
  return tf.argMax(scores, -1);
};

/** Returns the random functions that depend on seeds alone, and draws of classes, by their names without `tf.`. */
export function statelessSymbols(): readonly Entry[] {
  const dropout: SymbolFunction = (input, args) => {
    const x = toOperand(input);
    const rate = args.number('rate', 0);
    if (rate === 0) return tf.clone(x);
    const kept = tf.cast(tf.greaterEqual(noise(x.shape, args), rate), 'float32');
    return tf.mul(tf.mul(x, kept), 1 / (1 - rate));
  };
  return [
    ['random.stateless_normal', normal],
    ['random.stateless_uniform', uniform],
    ['random.stateless_truncated_normal', truncated],
    ['random.categorical', anyCategorical],
    ['nn.experimental.stateless_dropout', dropout],
    ['random.shuffle', shuffled],
    ['image.random_flip_left_right', flippedAnyhow(-2)],
    ['image.random_flip_up_down', flippedAnyhow(-3)],
    ['image.random_crop', cutAnywhere(integers)],
    ['image.stateless_random_crop', cutAnywhere(seededIntegers)],
    ['image.stateless_random_flip_left_right', flipped(-2)],
    ['image.stateless_random_flip_up_down', flipped(-3)],
  ];
}
