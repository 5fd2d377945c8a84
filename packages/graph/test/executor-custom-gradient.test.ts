import { expect, test } from '@jest/globals';
import { isKmError } from '@km/core';
import type { CustomGradient, GraphExecutor } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { executorOf, useBackend } from './executor-cases.ts';
import { constant, FLOAT, functionDef, node } from './graph-builder.ts';

const t = { T: FLOAT };
const types = { T: { list: { type: [FLOAT, FLOAT] } } };
const own = { ...types, _gradient_op_type: { s: new TextEncoder().encode('Own') } };

/** Doubles its argument; the node holds the result and the argument, as TensorFlow saves custom gradients. */
const main = functionDef('main', {
  args: { x: FLOAT },
  nodes: [
    constant('two', [2]),
    node('double', 'Mul', ['x', 'two:output:0'], t),
    node('y', 'IdentityN', ['double:z:0', 'x'], own),
  ],
  returns: { y: 'y:output:0' },
});

/** Triples what flows back. */
const triple = functionDef('triple', {
  args: { upstream: FLOAT, unused: FLOAT },
  nodes: [constant('three', [3]), node('dx', 'Mul', ['upstream', 'three:output:0'], t)],
  returns: { dx: 'dx:z:0' },
});

function executorWith(gradient: CustomGradient): GraphExecutor {
  return executorOf([main, triple], { gradients: new Map([['Own', gradient]]) });
}

function gradientOf(executor: GraphExecutor): number | undefined {
  const run = executor.function('main');
  return tf
    .grad((x) => tf.sum(run.call([x])[0] as tf.Tensor))(tf.tensor1d([5]))
    .dataSync()[0];
}

test('the gradient that a program gave takes the place of that of its operations', async () => {
  await useBackend('cpu');
  // The second result of the node is the argument, to which the function's result belongs.
  const executor = executorWith({ function: 'triple', captures: [], results: [null, 0] });
  expect(gradientOf(executor)).toBe(3);
  expect(gradientOf(executorOf([main, triple]))).toBe(2);
});

test.each([
  { function: 'triple', captures: [], results: [], problem: 'which uses variables' },
  { function: 'triple', captures: [], results: [null] },
])(
  'a gradient of a program that cannot be computed is an error, and not that of the operations: %j',
  async (gradient) => {
    await useBackend('cpu');
    const executor = executorWith(gradient);
    const [y] = executor.function('main').call([tf.tensor1d([5])]);
    expect((y as tf.Tensor).dataSync()[0]).toBe(10);
    let caught: unknown;
    try {
      gradientOf(executor);
    } catch (error) {
      caught = error;
    }
    expect(isKmError(caught, 'KM_UNSUPPORTED')).toBe(true);
    expect(String(caught)).toMatch(/'y'.*has a gradient of its own, wh/);
  },
);
