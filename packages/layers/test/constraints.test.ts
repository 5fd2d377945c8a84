import { assertClose } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as constraints from '../src/constraints/index.ts';
import { ready } from '../src/engine/ready.ts';

beforeAll(async () => {
  await ready('cpu');
});

/** Projections that TensorFlow 2.15.1 makes of the matrix [[3, −1], [4, 2]]. */
const PROJECTIONS: readonly (readonly [constraints.Constraint, readonly number[]])[] = [
  [
    new constraints.MaxNorm({ max_value: 2 }),
    [1.2000000476837158, -0.8944271802902222, 1.600000023841858, 1.7888543605804443],
  ],
  [new constraints.NonNeg(), [3, 0, 4, 2]],
  [
    new constraints.UnitNorm({ axis: 1 }),
    [0.9486832618713379, -0.3162277638912201, 0.8944271802902222, 0.4472135901451111],
  ],
  [
    new constraints.MinMaxNorm({ min_value: 1, max_value: 2, rate: 0.5 }),
    [2.0999999046325684, -0.9472135305404663, 2.799999952316284, 1.8944270610809326],
  ],
];

test.each(PROJECTIONS)('projection %# equals that of TensorFlow', (constraint, wanted) => {
  const value = constraint.call(tf.tensor2d([3, -1, 4, 2], [2, 2]));
  assertClose(value.dataSync(), wanted, { rtol: 1e-5, atol: 1e-7 });
});

test('the radial constraint takes its values from the lower right diagonal', () => {
  const kernel = tf.reshape(tf.range(0, 9), [3, 3, 1, 1]);
  const value = new constraints.RadialConstraint().call(kernel);
  expect([...value.dataSync()]).toEqual([4, 4, 4, 4, 0, 4, 4, 4, 4]);
});

test('a function can be a constraint and is saved under its name', () => {
  const halve = (w: tf.Tensor): tf.Tensor => tf.div(w, 2);
  const constraint = constraints.get(halve);
  expect(constraint?.call(tf.scalar(4)).dataSync()[0]).toBe(2);
  expect(constraints.serialize(constraint)).toBe('halve');
});
