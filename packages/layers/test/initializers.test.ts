import { assertClose } from '@km/test-utils';
import { flatOfRecord } from '../src/engine/flat.ts';
import * as initializers from '../src/initializers/index.ts';

/** First values that TensorFlow 2.15.1 draws with the seed 3. */
const DRAWS: readonly (readonly [string, initializers.Initializer, number[], number[]])[] = [
  [
    'GlorotUniform',
    new initializers.GlorotUniform({ seed: 3 }),
    [2, 3],
    [-0.6662216186523438, 0.962557315826416, 0.07071137428283691, 0.747184157371521],
  ],
  [
    'HeNormal',
    new initializers.HeNormal({ seed: 3 }),
    [2, 3],
    [-0.763489305973053, 1.905413269996643, -1.0734628438949585, 0.6911337375640869],
  ],
  [
    'Orthogonal',
    new initializers.Orthogonal({ gain: 2, seed: 3 }),
    [3, 2],
    [-0.7870965003967285, 1.4968324899673462, -1.106654405593872, 0.5417884588241577],
  ],
  [
    'RandomUniform',
    new initializers.RandomUniform({ minval: -1, maxval: 1, seed: 3 }),
    [4],
    [-0.6081743240356445, 0.8786904811859131, 0.06455039978027344, 0.6820826530456543],
  ],
  [
    'TruncatedNormal',
    new initializers.TruncatedNormal({ seed: 3 }),
    [4],
    [-0.03357924148440361, 0.08380252122879028, -0.04721227288246155, 0.030396947637200356],
  ],
  [
    'VarianceScaling',
    new initializers.VarianceScaling({
      scale: 2,
      mode: 'fan_out',
      distribution: 'untruncated_normal',
      seed: 3,
    }),
    [2, 2, 2, 2],
    [-0.3357923924922943, 0.8380252122879028, -0.4721227288246155, 0.30396947264671326],
  ],
];

test.each(DRAWS)(
  '%s with a seed draws the numbers of TensorFlow',
  (_, initializer, shape, wanted) => {
    const values = flatOfRecord(initializer.call(shape));
    assertClose(values.slice(0, 4), wanted, { rtol: 1e-5, atol: 1e-6 });
    expect(flatOfRecord(initializer.call(shape))).toEqual(values);
  },
);

test('constants fill a shape, or give every number of it', () => {
  const one = new initializers.Constant({ value: 0.5 }).call([2]);
  expect([...flatOfRecord(one)]).toEqual([0.5, 0.5]);
  const all = new initializers.Constant({ value: [[1, 2]] }).call([1, 2]);
  expect([...flatOfRecord(all)]).toEqual([1, 2]);
  expect(() => new initializers.Constant({ value: [1, 2] }).call([3])).toThrow(/2 numbers/);
});

test('the identity keeps the gain on the diagonal', () => {
  const record = new initializers.Identity({ gain: 2 }).call([2, 3]);
  expect([...flatOfRecord(record)]).toEqual([2, 0, 0, 0, 2, 0]);
});

test.each([
  ['glorot_uniform', 'GlorotUniform'],
  ['GlorotUniformV2', 'GlorotUniform'],
  ['uniform', 'RandomUniform'],
  ['normal', 'RandomNormal'],
  ['one', 'Ones'],
])('%s is a name of %s', (name, className) => {
  expect(initializers.serialize(initializers.get(name))).toMatchObject({ class_name: className });
});

test('a config of an old file may hold a dtype', () => {
  const config = { class_name: 'Zeros', config: { dtype: 'float32' } };
  expect(initializers.get(config).call([2], 'int32')).toMatchObject({ dtype: 'int32', shape: [2] });
});

test('random numbers are floating', () => {
  expect(() => new initializers.RandomNormal().call([2], 'int32')).toThrow(/floating/);
});
