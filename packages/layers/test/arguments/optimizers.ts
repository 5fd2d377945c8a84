import * as tf from '@tensorflow/tfjs-core';
import { optimizers, Variable } from '../../src/index.ts';
import { make, printed, subject } from './other-subject.ts';
import {
  type Args,
  inert,
  Made,
  noted,
  type Pair,
  pair,
  type Refused,
  refused,
  type Subject,
} from './subject.ts';

const GRADIENTS = [
  [0.5, -1, 2, 0.1],
  [-0.3, 0.2, 1, -0.4],
  [1.5, 0.7, -0.2, 0.05],
];

const HINT = 'a hint to TensorFlow, which itself turns it off without a GPU';

type Pairs = Readonly<Record<string, Pair | Refused>>;

const CLIPS: Pairs = {
  clipnorm: pair(null, 0.5),
  clipvalue: pair(null, 0.3),
  global_clipnorm: pair(null, 0.5),
};

const CURRENT: Pairs = {
  ...CLIPS,
  learning_rate: pair(0.1, 0.2),
  name: pair('first', 'second'),
  weight_decay: pair(null, 0.1),
  use_ema: pair(false, true),
  ema_momentum: pair(0.99, 0.5, { use_ema: true }),
  ema_overwrite_frequency: pair(null, 1, { use_ema: true }),
  jit_compile: inert(true, false, HINT),
};

const LEGACY: Pairs = {
  ...CLIPS,
  learning_rate: pair(0.1, 0.2),
  name: pair('first', 'second'),
  decay: pair(0, 0.5),
};

const epsilon = pair(1e-7, 0.1);
const BETAS: Pairs = { beta_1: pair(0.9, 0.5), beta_2: pair(0.999, 0.5), epsilon };
const FTRL: Pairs = {
  learning_rate_power: pair(-0.5, -0.3),
  initial_accumulator_value: pair(0.1, 0.5),
  l1_regularization_strength: pair(0, 0.5),
  l2_regularization_strength: pair(0, 0.5),
  l2_shrinkage_regularization_strength: pair(0, 0.5),
  beta: pair(0, 0.5),
};

/** Arguments of the classes that exist in both families. */
const BOTH: Readonly<Record<string, Pairs>> = {
  SGD: {
    momentum: pair(0, 0.9),
    nesterov: pair(false, true, { momentum: 0.9 }),
    amsgrad: refused(true, /amsgrad/, 'TensorFlow 2.10 takes it and ignores it'),
  },
  RMSprop: { rho: pair(0.9, 0.5), momentum: pair(0, 0.9), epsilon, centered: pair(false, true) },
  Adam: { ...BETAS, amsgrad: pair(false, true, { beta_2: 0.5 }) },
  Adadelta: { rho: pair(0.95, 0.5), epsilon },
  Adagrad: { initial_accumulator_value: pair(0.1, 0.5), epsilon },
  Adamax: BETAS,
  Nadam: BETAS,
  Ftrl: FTRL,
};

/** Signs depend on the sizes of single steps where old ones are soon forgotten. */
const FAST = { beta_1: 0.5, beta_2: 0.16 };

const NEW: Readonly<Record<string, Pairs>> = {
  ...BOTH,
  AdamW: { ...BETAS, amsgrad: pair(false, true, { beta_2: 0.5 }) },
  Lion: {
    beta_1: pair(0.9, 0.5),
    beta_2: pair(0.99, 0.5),
    clipnorm: pair(null, 1.1, FAST),
    global_clipnorm: pair(null, 1.1, FAST),
  },
  Adafactor: {
    beta_2_decay: pair(-0.8, -0.3),
    epsilon_1: pair(1e-30, 1),
    epsilon_2: pair(1e-3, 10),
    clip_threshold: pair(1, 0.1),
    relative_step: noted(true, false, 'the rate is at most 1/√step in both ways'),
  },
};

function train(optimizer: optimizers.AnyOptimizer, seen: Map<string, string>): void {
  const data = new Float32Array([1, -2, 0.5, 3]);
  const variable = new Variable(
    { dtype: 'float32', shape: [2, 2], data },
    { name: 'dense/kernel' },
  );
  for (const numbers of GRADIENTS) {
    optimizer.apply_gradients([[tf.tensor(numbers, [2, 2]), variable]]);
  }
  seen.set('steps', printed(variable.values()));
  if (optimizer instanceof optimizers.Optimizer) {
    optimizer.finalize_variable_values([variable]);
    seen.set('final values', printed(variable.values()));
  }
}

function family(
  prefix: string,
  namespace: object,
  classes: Readonly<Record<string, Pairs>>,
  common: Pairs,
): Subject[] {
  return Object.entries(classes).map(([name, own]) =>
    subject(`${prefix}${name}`, { learning_rate: 0.1 }, { ...common, ...own }, (args, seen) => {
      const made = make(namespace, name, args) as optimizers.AnyOptimizer;
      train(made, seen);
      return made;
    }),
  );
}

function schedule(name: string, base: Args, own: Pairs): Subject {
  const pairs = { name: noted('first', 'second', 'a name for the nodes of a graph'), ...own };
  return subject(`schedules.${name}`, base, pairs, (args, seen) => {
    const made = make(
      optimizers.schedules,
      name,
      args,
    ) as optimizers.schedules.LearningRateSchedule;
    seen.set('rates', printed([0, 1, 3, 7, 12, 30].map((step) => made.call(step))));
    return made;
  });
}

const decay = { initial_learning_rate: 1, decay_steps: 5, decay_rate: 0.5 };
const DECAY: Pairs = {
  initial_learning_rate: pair(1, 2),
  decay_steps: pair(5, 8),
  decay_rate: pair(0.5, 0.7),
  staircase: pair(false, true),
};

/** Optimizers of both families, and schedules. */
export const OPTIMIZERS: readonly Subject[] = [
  ...family('', optimizers, NEW, CURRENT),
  ...family('legacy.', optimizers.legacy, BOTH, LEGACY),
  schedule('ExponentialDecay', decay, DECAY),
  schedule('InverseTimeDecay', decay, DECAY),
  schedule(
    'CosineDecay',
    { initial_learning_rate: 1, decay_steps: 9 },
    {
      initial_learning_rate: pair(1, 2),
      decay_steps: pair(9, 20),
      alpha: pair(0, 0.3),
      warmup_target: pair(null, 3, { warmup_steps: 4 }),
      warmup_steps: pair(2, 4, { warmup_target: 3 }),
    },
  ),
  schedule(
    'CosineDecayRestarts',
    { initial_learning_rate: 1, first_decay_steps: 5 },
    {
      initial_learning_rate: pair(1, 2),
      first_decay_steps: pair(5, 8),
      t_mul: pair(2, 1.5),
      m_mul: pair(1, 0.5),
      alpha: pair(0, 0.3),
    },
  ),
  schedule(
    'PiecewiseConstantDecay',
    { boundaries: [2, 8], values: [1, 0.5, 0.1] },
    { boundaries: pair([2, 8], [3, 8]), values: pair([1, 0.5, 0.1], [1, 0.6, 0.1]) },
  ),
  schedule(
    'PolynomialDecay',
    { initial_learning_rate: 1, decay_steps: 9 },
    {
      initial_learning_rate: pair(1, 2),
      decay_steps: pair(9, 20),
      end_learning_rate: pair(1e-4, 0.2),
      power: pair(1, 2),
      cycle: pair(false, true),
    },
  ),
  subject(
    'LossScaleOptimizer',
    { inner_optimizer: new Made(() => new optimizers.SGD({ learning_rate: 0.1 })) },
    {
      inner_optimizer: pair(
        new Made(() => new optimizers.SGD({ learning_rate: 0.1 })),
        new Made(() => new optimizers.SGD({ learning_rate: 0.2 })),
      ),
      dynamic: pair(true, false, { initial_scale: 64 }),
      initial_scale: pair(64, 128),
      dynamic_growth_steps: pair(2, 5, { initial_scale: 64 }),
    },
    (args, seen) => {
      const made = make(optimizers, 'LossScaleOptimizer', args) as optimizers.LossScaleOptimizer;
      const data = new Float32Array([1, -2]);
      const variable = new Variable({ dtype: 'float32', shape: [2], data }, { name: 'kernel' });
      for (const numbers of [
        [1, 2],
        [2, 3],
        [Number.NaN, 1],
      ]) {
        made.apply_gradients([[tf.tensor1d(numbers), variable]]);
        seen.set('scales', `${seen.get('scales') ?? ''} ${String(made.loss_scale)}`);
      }
      seen.set('steps', printed(variable.values()));
      return made;
    },
  ),
];
