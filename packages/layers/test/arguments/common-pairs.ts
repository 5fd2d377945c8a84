import { type Args, inert, noted, type Pair, pair } from './subject.ts';

const HINT = 'a hint to TensorFlow about how it computes; the numbers are the same';
/** Why `sparse` of a layer changes nothing. */
export const DENSE = 'tfjs has no sparse tensors: the same values come as a dense tensor';

const constant = (value: number): Args => ({ class_name: 'Constant', config: { value } });

/** Values of arguments that mean the same in every layer. */
const COMMON: Readonly<Record<string, Pair>> = {
  name: pair('first', 'second'),
  trainable: pair(true, false),
  dynamic: noted(false, true, 'calls are never turned into graphs'),
  dtype: pair('float32', 'mixed_float16'),
  activation: pair('linear', 'tanh'),
  recurrent_activation: pair('sigmoid', 'hard_sigmoid'),
  use_bias: pair(true, false),
  unit_forget_bias: pair(true, false),
  activity_regularizer: pair(null, 'l2'),
  filters: pair(2, 4),
  units: pair(2, 3),
  kernel_size: pair(2, 3),
  strides: pair(1, 2),
  padding: pair('valid', 'same', { strides: 1 }),
  data_format: pair('channels_last', 'channels_first'),
  dilation_rate: pair(1, 2),
  groups: pair(1, 2),
  depth_multiplier: pair(1, 2),
  pool_size: pair(2, 3),
  keepdims: pair(false, true),
  dropout: pair(0, 0.5),
  recurrent_dropout: pair(0, 0.5),
  return_sequences: pair(false, true),
  return_state: pair(false, true),
  go_backwards: pair(false, true),
  stateful: pair(false, true),
  time_major: pair(false, true),
  unroll: noted(false, true, HINT),
  reset_after: pair(true, false),
  implementation: noted(1, 2, HINT),
  axis: pair(-1, 1),
  epsilon: pair(1e-3, 0.5),
  momentum: pair(0.99, 0.5),
  center: pair(true, false),
  scale: pair(true, false),
  synchronized: inert(false, true, 'one device computes all of a batch'),
  seed: pair(1, 2),
  rate: pair(0.2, 0.7),
  interpolation: pair('bilinear', 'nearest'),
  fill_mode: pair('reflect', 'wrap'),
  fill_value: pair(0, 0.5, { fill_mode: 'constant' }),
  sparse: noted(false, true, DENSE),
};

/** The values of an initializer, a regularizer or a constraint of a weight. */
function weightPair(name: string): Pair | undefined {
  const [, weight, kind] = /^(\w+)_(initializer|regularizer|constraint)$/.exec(name) ?? [];
  if (weight === undefined || weight === 'activity') return undefined;
  const own = `${weight}_initializer`;
  if (kind === 'initializer') return pair(constant(0.3), constant(0.7));
  if (kind === 'regularizer') return pair(null, 'l2', { [own]: constant(2) });
  return pair(null, 'non_neg', { [own]: constant(-2) });
}

/** The two values of an argument that many layers have. */
export function commonPair(name: string): Pair {
  const found = weightPair(name) ?? COMMON[name];
  if (found === undefined) throw new Error(`no values for the argument ${name}`);
  return found;
}

/** Spells out lists of arguments: `kernel*` stands for the three arguments of a weight. */
export function argumentNames(list: string): string[] {
  return list
    .split(' ')
    .filter((name) => name !== '')
    .flatMap((name) =>
      name.endsWith('*')
        ? ['initializer', 'regularizer', 'constraint'].map((kind) => `${name.slice(0, -1)}_${kind}`)
        : [name],
    );
}
