import { averagePooling, maxPooling, resizeImages } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations/index.ts';
import { softmaxOf } from '../../activations/softmax.ts';
import type { Interpolation } from '../preprocessing/interpolations.ts';
import { type SymbolArgs, type SymbolFunction, toOperand, unary } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

function biasAdd(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const bias = args.tensor('bias', x);
  if (!args.text('data_format', 'NHWC').startsWith('NC')) return tf.add(x, bias);
  return tf.add(x, tf.reshape(bias, [bias.size, ...new Array<number>(x.rank - 2).fill(1)]));
}

/** Sizes of the spatial axes from an argument that may cover batch and channels too. */
function window(args: SymbolArgs, name: string): number | number[] {
  const value = args.raw(name);
  if (typeof value === 'number') return value;
  const list = args.numbers(name);
  return list.length === 4 ? list.slice(1, 3) : list;
}

const pooling =
  (pool: typeof maxPooling): SymbolFunction =>
  (input, args) =>
    pool(toOperand(input), {
      poolSize: window(args, 'ksize'),
      strides: window(args, 'strides'),
      padding: args.text('padding', 'VALID').toLowerCase() === 'same' ? 'same' : 'valid',
    });

function resize(input: unknown, args: SymbolArgs): tf.Tensor {
  const [height = 1, width = 1] = args.numbers('size');
  const method = args.text('method', 'bilinear') as Interpolation;
  const antialias = args.flag('antialias');
  return resizeImages(toOperand(input), [height, width], { method, antialias });
}

/** Returns the functions of `tf.nn` and `tf.image` by their names without `tf.`. */
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
    ['nn.bias_add', biasAdd],
    ['nn.max_pool2d', pooling(maxPooling)],
    ['nn.avg_pool2d', pooling(averagePooling)],
    ['nn.max_pool', pooling(maxPooling)],
    ['nn.avg_pool', pooling(averagePooling)],
    [
      'nn.depth_to_space',
      (input, args) =>
        tf.depthToSpace(toOperand(input) as tf.Tensor4D, args.number('block_size', 2)),
    ],
    ['image.resize', resize],
  ];
}

const swish = (x: tf.Tensor, beta: number): tf.Tensor => tf.mul(x, tf.sigmoid(tf.mul(x, beta)));
