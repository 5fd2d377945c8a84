import { matMul } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import { softmaxOf } from '../../activations/softmax.ts';
import { type SymbolArgs, type SymbolFunction, toOperand, unary } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Returns the functions of `tf.nn` that work on single elements by their names without `tf.`. */
export function nnSymbols(): readonly Entry[] {
  const named = (name: string): Entry => [`nn.${name}`, unary(activations.get(name))];
  const softmax: SymbolFunction = (input, args) =>
    softmaxOf(toOperand(input), args.number('axis', -1));
  return [
    ...['elu', 'relu', 'relu6', 'selu', 'sigmoid', 'softplus', 'softsign', 'tanh'].map(named),
    ['nn.silu', (input, args) => swish(toOperand(input), args.number('beta', 1))],
    ['nn.swish', (input, args) => swish(toOperand(input), args.number('beta', 1))],
    ['nn.gelu', (input, args) => activations.gelu(toOperand(input), args.flag('approximate'))],
    [
      'nn.leaky_relu',
      (input, args) => activations.leaky_relu(toOperand(input), args.number('alpha', 0.2)),
    ],
    ['nn.softmax', softmax],
    [
      'nn.log_softmax',
      (input, args) => activations.log_softmax(toOperand(input), args.number('axis', -1)),
    ],
    ['nn.crelu', crelu],
    ['nn.xw_plus_b', product],
    ['nn.relu_layer', (input, args) => tf.relu(product(input, args))],
  ];
}

/** The product with weights, plus a bias. */
const product = (input: unknown, args: SymbolArgs): tf.Tensor => {
  const x = toOperand(input);
  return tf.add(matMul(x, args.tensor('weights', x)), args.tensor('biases', x));
};

const swish = (x: tf.Tensor, beta: number): tf.Tensor => tf.mul(x, tf.sigmoid(tf.mul(x, beta)));

const crelu: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  return tf.concat([tf.relu(x), tf.relu(tf.neg(x))], args.number('axis', -1));
};
