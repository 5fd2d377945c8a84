import { models, ready } from '@km/keras';
import type * as tf from '@tensorflow/tfjs-core';
import {
  batchOf,
  digests,
  distance,
  expectedOf,
  fileOf,
  MODELS,
  VERSIONS,
} from './fixture-models.ts';

const WHOLE = ['h5', 'keras', 'saved_model'];

const cases = VERSIONS.flatMap((version) =>
  MODELS.flatMap((model) => {
    const { files } = expectedOf(version, model);
    return WHOLE.filter((format) => files[format] !== undefined).map(
      (format) => [version, model, format] as const,
    );
  }),
);

beforeAll(() => ready());

test.each(cases)(
  'TensorFlow %s %s as %s loads with its weights, its optimizer and its numbers',
  async (version, name, format) => {
    const expected = expectedOf(version, name);
    const model = await models.load_model(fileOf(version, expected.files[format] ?? ''));
    const [x, y] = [batchOf(expected.inputs), batchOf(expected.targets)];
    expect(digests(model.weights)).toEqual(expected.weights.map(({ sha256 }) => sha256));
    // Float32 sums in another order; the largest activation is about 10.
    expect(distance(model.apply(x as tf.Tensor), expected.outputs)).toBeLessThan(1e-5);
    const evaluated = (await model.test_on_batch(x, y)) as number[] | number;
    expect([evaluated].flat()).toBeNear(expected.evaluate);
    expect(digests(model.optimizer?.variables ?? [])).toEqual(
      expected.optimizer.variables.map(({ sha256 }) => sha256),
    );
    const step = (await model.train_on_batch(x, y)) as number[] | number;
    expect([step].flat()).toBeNear(expected.step);
    expect(distance(model.apply(x as tf.Tensor), expected.outputs_after_step)).toBeLessThan(1e-4);
    const report = models.load_report(model);
    expect(report?.missing).toEqual([]);
    expect(report?.matched.length).toBeGreaterThanOrEqual(expected.weights.length);
  },
);

test('a model loads without its compile state when compile is false', async () => {
  const model = await models.load_model(fileOf('2.15.1', 'dense.h5'), null, false);
  expect(model.optimizer).toBeNull();
  expect(model.compiled).toBe(false);
});

test('content decides, not the suffix', async () => {
  const { memoryStore } = await import('@km/core');
  const { readFileSync } = await import('node:fs');
  const bytes = readFileSync(fileOf('2.15.1', 'dense.keras'));
  const store = memoryStore([['model.h5', bytes]]);
  const model = await models.load_model({ store, path: 'model.h5' });
  expect(model.name).toBe('dense');
});

declare global {
  namespace jest {
    interface Matchers<R> {
      toBeNear(expected: readonly number[]): R;
    }
  }
}

expect.extend({
  toBeNear(actual: readonly number[], expected: readonly number[]) {
    const pass =
      actual.length === expected.length &&
      expected.every(
        (value, i) => Math.abs(value - (actual[i] ?? Number.NaN)) <= 1e-5 + 1e-4 * Math.abs(value),
      );
    return {
      pass,
      message: () => `${JSON.stringify(actual)} is not near ${JSON.stringify(expected)}`,
    };
  },
});
