import { assertClose } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { ready } from '../src/engine/ready.ts';
import * as regularizers from '../src/regularizers/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

/** Penalties that TensorFlow 2.15.1 gives the matrix [[3, −1], [4, 2]]. */
const PENALTIES: readonly (readonly [regularizers.Regularizer, number, object])[] = [
  [new regularizers.L1({ l1: 0.1 }), 1, { l1: 0.10000000149011612 }],
  [new regularizers.L2({ l2: 0.1 }), 3, { l2: 0.10000000149011612 }],
  [
    new regularizers.L1L2({ l1: 0.1, l2: 0.2 }),
    7,
    { l1: 0.10000000149011612, l2: 0.20000000298023224 },
  ],
  [
    new regularizers.OrthogonalRegularizer({ factor: 0.1 }),
    0.0707106739282608,
    { factor: 0.10000000149011612, mode: 'rows' },
  ],
];

test.each(PENALTIES)('penalty %# equals that of TensorFlow', (regularizer, wanted, config) => {
  const value = regularizer.call(tf.tensor2d([3, -1, 4, 2], [2, 2]));
  assertClose(value.dataSync(), [wanted], { rtol: 1e-5 });
  expect(regularizer.get_config()).toEqual(config);
});

test('names stand for regularizers with the factors of Keras', () => {
  expect(regularizers.get('l1_l2')?.get_config()).toEqual({
    l1: Math.fround(0.01),
    l2: Math.fround(0.01),
  });
  expect(regularizers.get(null)).toBeNull();
});

test('a factor must be finite', () => {
  expect(() => new regularizers.L2({ l2: Number.NaN })).toThrow(RangeError);
});
