import * as tf from '@tensorflow/tfjs-core';
import { constraints, initializers, regularizers, utils } from '../../src/index.ts';
import { numbers } from './observe-layer.ts';
import { make, printed, printedTensors, subject } from './other-subject.ts';
import { type Args, type Pair, pair, type Subject } from './subject.ts';

type Pairs = Readonly<Record<string, Pair>>;

const seed = pair(1, 2);

function initializer(className: string, own: Pairs, base: Args = {}): Subject {
  return subject(className, base, own, (args, seen) => {
    utils.set_random_seed(3);
    const made = make(initializers, className, args) as initializers.Initializer;
    const { data } = made.call([3, 4]);
    seen.set('values', printed(Array.from(data as Float32Array)));
    return made;
  });
}

function regularizer(className: string, own: Pairs): Subject {
  return subject(className, {}, own, (args, seen) => {
    const made = make(regularizers, className, args) as regularizers.Regularizer;
    seen.set('penalty', printedTensors(made.call(numbers([3, 2]))));
    return made;
  });
}

function constraint(className: string, own: Pairs): Subject {
  return subject(className, {}, own, (args, seen) => {
    const made = make(constraints, className, args) as constraints.Constraint;
    seen.set('weights', printedTensors(made.call(tf.mul(numbers([3, 2]), [0.1, 3]))));
    return made;
  });
}

const moments: Pairs = { mean: pair(0, 1), stddev: pair(0.05, 0.2), seed };

/** Initializers. */
export const INITIALIZERS: readonly Subject[] = [
  initializer('Constant', { value: pair(0, 2) }),
  ...['Glorot', 'He', 'Lecun'].flatMap((name) => [
    initializer(`${name}Normal`, { seed }),
    initializer(`${name}Uniform`, { seed }),
  ]),
  initializer('Identity', { gain: pair(1, 2) }),
  initializer('Orthogonal', { gain: pair(1, 2), seed }),
  initializer('RandomNormal', moments),
  initializer('TruncatedNormal', moments),
  initializer('RandomUniform', { minval: pair(-0.05, 0), maxval: pair(0.05, 0.2), seed }),
  initializer('VarianceScaling', {
    scale: pair(1, 2),
    mode: pair('fan_in', 'fan_avg', { scale: 1 }),
    distribution: pair('truncated_normal', 'uniform'),
    seed,
  }),
];

/** Regularizers. */
export const REGULARIZERS: readonly Subject[] = [
  regularizer('L1', { l1: pair(0.01, 0.1) }),
  regularizer('L2', { l2: pair(0.01, 0.1) }),
  regularizer('L1L2', { l1: pair(0, 0.1), l2: pair(0, 0.1) }),
  regularizer('OrthogonalRegularizer', { factor: pair(0.01, 0.1), mode: pair('rows', 'columns') }),
];

/** Constraints. */
export const CONSTRAINTS: readonly Subject[] = [
  constraint('MaxNorm', { max_value: pair(2, 1), axis: pair(0, 1, { max_value: 1 }) }),
  constraint('UnitNorm', { axis: pair(0, 1) }),
  constraint('MinMaxNorm', {
    min_value: pair(0, 0.9),
    max_value: pair(1, 2),
    rate: pair(1, 0.5),
    axis: pair(0, 1),
  }),
];
