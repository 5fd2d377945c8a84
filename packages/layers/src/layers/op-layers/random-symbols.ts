import type * as tf from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../random/random-generator.ts';
import { concreteSizes } from './shape-values.ts';
import { type SymbolArgs, type SymbolFunction, sizesIn, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

const generatorOf = (args: SymbolArgs): RandomGenerator => {
  const seed = args.raw('seed');
  return new RandomGenerator(typeof seed === 'number' ? seed : null);
};

const drawn =
  (
    draw: (generator: RandomGenerator, shape: number[], args: SymbolArgs) => tf.Tensor,
  ): SymbolFunction =>
  (input, args) =>
    draw(generatorOf(args), concreteSizes(sizesIn(input, 'shape')), args);

function dropout(input: unknown, args: SymbolArgs): tf.Tensor {
  const noise = args.raw('noise_shape');
  const shape = noise === null ? null : args.numbers('noise_shape');
  return generatorOf(args).dropout(toOperand(input), args.number('rate', 0), shape);
}

/** Returns the random functions by their names without `tf.`. */
export function randomSymbols(): readonly Entry[] {
  const mean = (args: SymbolArgs): number => args.number('mean', 0);
  const spread = (args: SymbolArgs): number => args.number('stddev', 1);
  const normal = drawn((random, shape, args) => random.normal(shape, mean(args), spread(args)));
  const uniform = drawn((random, shape, args) => {
    const [low, high] = [args.number('minval', 0), args.number('maxval', 1)];
    return args.text('dtype', 'float32').startsWith('int')
      ? random.integers(shape, low, high)
      : random.uniform(shape, low, high);
  });
  const truncated = drawn((random, shape, args) =>
    random.truncatedNormal(shape, mean(args), spread(args)),
  );
  return [
    ['random.normal', normal],
    ['random.uniform', uniform],
    ['random.truncated_normal', truncated],
    ['keras.backend.random_normal', normal],
    ['keras.backend.random_uniform', uniform],
    ['keras.backend.truncated_normal', truncated],
    ['nn.dropout', dropout],
  ];
}
