import { beforeAll, expect, test } from '@jest/globals';
import { isKmError, type KmErrorCode } from '@km/core';
import type { AttrValue } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import { executorOf, useBackend } from './executor-cases.ts';
import { constant, FLOAT, functionDef, INT32, node, type ShortAttrs } from './graph-builder.ts';

beforeAll(() => useBackend('cpu'));

const list = (...numbers: number[]): AttrValue.$Properties => ({
  list: { i: numbers.map(BigInt) },
});
const text = (value: string): AttrValue.$Properties => ({ s: new TextEncoder().encode(value) });

const convolution = (padding: string): ShortAttrs => ({
  T: FLOAT,
  strides: list(1, 1, 1, 1),
  dilations: list(1, 1, 1, 1),
  padding: text(padding),
});

interface Refused {
  readonly name: string;
  readonly op: string;
  /** Sizes that the graph computes. */
  readonly sizes: readonly number[];
  readonly attrs: ShortAttrs;
  /** Places of the inputs: s are the sizes. */
  readonly input: readonly string[];
  readonly code: KmErrorCode;
  readonly says: RegExp;
}

const CASES: readonly Refused[] = [
  {
    name: 'a filter as large as memory',
    op: 'Conv2DBackpropFilter',
    sizes: [2 ** 25, 2, 1, 1],
    attrs: convolution('SAME'),
    input: ['x', 's', 'dy'],
    code: 'KM_LIMIT',
    says: /more than 1048576 cells/,
  },
  {
    name: 'a filter that does not fit into its input',
    op: 'Conv2DBackpropFilter',
    sizes: [5, 5, 1, 1],
    attrs: convolution('VALID'),
    input: ['x', 's', 'dy'],
    code: 'KM_MALFORMED',
    says: /is none of windows \[5, 5\]/,
  },
  {
    name: 'a filter for other channels',
    op: 'Conv2DBackpropFilter',
    sizes: [3, 3, 1, 7],
    attrs: convolution('SAME'),
    input: ['x', 's', 'dy'],
    code: 'KM_MALFORMED',
    says: /does not lead from 1 to 1 channels/,
  },
  {
    name: 'an input that is larger than its gradient tells',
    op: 'Conv2DBackpropInput',
    sizes: [1, 2 ** 20, 2 ** 20, 1],
    attrs: convolution('SAME'),
    input: ['s', 'x', 'dy'],
    code: 'KM_MALFORMED',
    says: /A gradient of shape \[1, 4, 4, 1\] is none/,
  },
  {
    name: 'a pooled input that is larger than its gradient tells',
    op: 'AvgPoolGrad',
    sizes: [1, 2 ** 13, 2 ** 13, 1],
    attrs: {
      T: FLOAT,
      ksize: list(1, 2, 2, 1),
      strides: list(1, 1, 1, 1),
      padding: text('SAME'),
    },
    input: ['s', 'dy'],
    code: 'KM_MALFORMED',
    says: /A gradient of shape \[1, 4, 4, 1\] is none/,
  },
];

test.each(CASES)('the gradient by $name is refused before it is made', (row) => {
  const { op, sizes, attrs, input, code, says } = row;
  const definition = functionDef('main', {
    args: { x: FLOAT, dy: FLOAT },
    nodes: [
      constant('s', sizes, [4], INT32),
      node(
        'y',
        op,
        input.map((name) => (name === 's' ? 's:output:0' : name)),
        attrs,
      ),
    ],
    returns: { y: 'y:output:0' },
  });
  const main = executorOf([definition]).function('main');
  const run = (): unknown => main.run([tf.ones([1, 4, 4, 1]), tf.ones([1, 4, 4, 1])]);
  const start = performance.now();
  try {
    run();
    throw new Error('nothing was refused');
  } catch (error) {
    expect(String(error)).toMatch(says);
    expect(isKmError(error, code)).toBe(true);
  }
  expect(performance.now() - start).toBeLessThan(1000);
});
