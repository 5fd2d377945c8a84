import { expect, test } from '@jest/globals';
import type { NodeDef } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import { executorOf, useBackend } from './executor-cases.ts';
import { FLOAT, functionDef, node } from './graph-builder.ts';

const t = { T: FLOAT };
const ones = { list: { i: [1n, 1n, 1n, 1n] } };
const window = {
  ...t,
  strides: ones,
  dilations: ones,
  padding: { s: new TextEncoder().encode('SAME') },
};

const HEADS: Readonly<Record<string, NodeDef>> = {
  MatMul: node('head', 'MatMul', ['x', 'w'], t),
  Conv2D: node('head', 'Conv2D', ['x', 'w'], window),
  DepthwiseConv2dNative: node('head', 'DepthwiseConv2dNative', ['x', 'w'], window),
};
const SHAPES: Readonly<Record<string, readonly [x: number[], w: number[], bias: number]>> = {
  MatMul: [[3, 4], [4, 5], 5],
  Conv2D: [[1, 4, 4, 2], [3, 3, 2, 5], 5],
  DepthwiseConv2dNative: [[1, 4, 4, 2], [3, 3, 2, 1], 2],
};
const ACTIVATIONS: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  '': (x) => x,
  Relu: tf.relu,
  Relu6: tf.relu6,
  // Follows in a step of its own.
  Tanh: tf.tanh,
};

function compute(op: string, x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  if (op === 'MatMul') return tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
  const [image, filter] = [x as tf.Tensor4D, w as tf.Tensor4D];
  return op === 'Conv2D'
    ? tf.conv2d(image, filter, 1, 'same')
    : tf.depthwiseConv2d(image, filter, 1, 'same');
}

const cases = ['cpu', 'wasm'].flatMap((backend) =>
  Object.keys(HEADS).flatMap((op) =>
    Object.keys(ACTIVATIONS).map((activation) => [backend, op, activation] as const),
  ),
);

test.each(cases)(
  '%s: %s with a bias and the activation "%s" gives what the ops give one by one',
  async (backend, op, activation) => {
    await useBackend(backend);
    const head = HEADS[op];
    const [xShape, wShape, count] = SHAPES[op] ?? [[], [], 0];
    if (head === undefined) throw new Error('no such op');
    const output = op === 'MatMul' ? 'head:product:0' : 'head:output:0';
    const nodes = [head, node('biased', 'BiasAdd', [output, 'b'], t)];
    if (activation !== '') nodes.push(node('y', activation, ['biased:output:0'], t));
    const result =
      activation === '' ? 'biased:output:0' : `y:${activation === 'Tanh' ? 'y' : 'activations'}:0`;
    const executor = executorOf([
      functionDef('main', {
        args: { x: FLOAT, w: FLOAT, b: FLOAT },
        nodes,
        returns: { y: result },
      }),
    ]);
    // Wide enough that results lie below 0 and above 6.
    const x = tf.randomUniform(xShape, -4, 4, 'float32', 1);
    const w = tf.randomUniform(wShape, -4, 4, 'float32', 2);
    const b = tf.randomUniform([count], -4, 4, 'float32', 3);
    const [y] = executor.function('main').run([x, w, b]);
    const sum = tf.add(compute(op, x, w), b);
    const expected = ACTIVATIONS[activation]?.(sum);
    expect(tf.max(sum).dataSync()[0]).toBeGreaterThan(6);
    expect(tf.min(sum).dataSync()[0]).toBeLessThan(0);
    expect(
      tf.max(tf.abs(tf.sub(y as tf.Tensor, expected as tf.Tensor))).dataSync()[0],
    ).toBeLessThan(1e-4);
  },
);
