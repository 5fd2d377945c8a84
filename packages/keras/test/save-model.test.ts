import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isKmError, memoryStore } from '@km/core';
import { layers, models, ready, Sequential } from '@km/keras';
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

const cases = VERSIONS.flatMap((version) =>
  MODELS.flatMap((model) =>
    ['h5', 'keras', 'tf'].map((save_format) => [version, model, save_format] as const),
  ),
);

let folder = '';
beforeAll(async () => {
  await ready();
  folder = mkdtempSync(path.join(tmpdir(), 'km-save-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function small(): Sequential {
  const model = new Sequential([new layers.Dense({ units: 2, input_shape: [3] })]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

/** A config without what the InputLayer says, too, and Keras 3 refuses elsewhere. */
function plain(config: unknown): unknown {
  const isInput = (object: object): boolean => 'sparse' in object;
  return JSON.parse(JSON.stringify(config), (_key, value) => {
    if (typeof value !== 'object' || value === null || isInput(value)) return value;
    const { batch_input_shape: _, ...rest } = value;
    return Array.isArray(value) ? value : rest;
  });
}

test.each(cases)(
  'a model of TensorFlow %s (%s) saved as %s comes back bit for bit, with its state, and trains on',
  async (version, name, save_format) => {
    const expected = expectedOf(version, name);
    const model = await models.load_model(fileOf(version, expected.files.h5 ?? ''));
    const store = memoryStore();
    await model.save({ store, path: 'model' }, { save_format });
    const again = await models.load_model({ store, path: 'model' });
    expect(plain(again.get_config())).toEqual(plain(model.get_config()));
    expect(digests(again.weights)).toEqual(expected.weights.map(({ sha256 }) => sha256));
    expect(digests(again.optimizer?.variables ?? [])).toEqual(
      expected.optimizer.variables.map(({ sha256 }) => sha256),
    );
    const [x, y] = [batchOf(expected.inputs), batchOf(expected.targets)];
    await again.train_on_batch(x, y);
    expect(distance(again.apply(x as tf.Tensor), expected.outputs_after_step)).toBeLessThan(1e-4);
  },
);

test.each(['h5', 'keras'])('saving twice as %s gives the same bytes', async (save_format) => {
  const model = await models.load_model(fileOf('2.15.1', 'two_roads.h5'));
  const store = memoryStore();
  await model.save({ store, path: 'a' }, { save_format });
  await model.save({ store, path: 'b' }, { save_format });
  expect(store.objects.get('a')).toEqual(store.objects.get('b'));
});

test('include_optimizer=false leaves the compile state and the optimizer out', async () => {
  const store = memoryStore();
  await models.save_model(small(), { store, path: 'm.h5' }, true, false);
  const model = await models.load_model({ store, path: 'm.h5' });
  expect(model.compiled).toBe(false);
});

test('a file URL is a path', async () => {
  const url = pathToFileURL(path.join(folder, 'url.h5'));
  await small().save(url);
  expect((await models.load_model(url)).count_params()).toBe(8);
});

test('overwrite=false refuses to replace a file when nobody can be asked', async () => {
  const file = path.join(folder, 'there.h5');
  await small().save(file);
  const before = readFileSync(file);
  const error = await small()
    .save(file, false)
    .catch((caught: unknown) => caught);
  expect(isKmError(error)).toBe(true);
  expect(String(error)).toContain('already exists');
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a .keras path becomes HDF5 with a warning that names the option', async () => {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  const file = path.join(folder, 'old.keras');
  await small().save(file);
  console.warn = warn;
  expect(warnings).toEqual([expect.stringContaining("save_format='keras'")]);
  expect(readFileSync(file).subarray(1, 4).toString()).toBe('HDF');
});

test('a save leaves no temporary files', async () => {
  const place = mkdtempSync(path.join(folder, 'clean-'));
  await small().save(path.join(place, 'm.h5'));
  expect(readdirSync(place)).toEqual(['m.h5']);
});

test.each([
  ['signatures', { signatures: {}, save_format: 'h5' }],
  ['options', { options: {}, save_format: 'h5' }],
  ['save_traces', { save_traces: false, save_format: 'h5' }],
])('%s is refused for HDF5, with the format it belongs to', async (name, args) => {
  const saved = models.save_model(small(), { store: memoryStore(), path: 'm' }, args);
  await expect(saved).rejects.toThrow(new RegExp(`${name}.*save_format='tf'`));
});

test('an argument that does not exist is named', async () => {
  const saved = models.save_model(small(), { store: memoryStore(), path: 'm' }, {
    overwritten: true,
  } as never);
  await expect(saved).rejects.toThrow("save_model has no argument 'overwritten'");
});

test('a subclassed model is refused as HDF5', async () => {
  const { Model } = await import('@km/keras');
  class Own extends Model {}
  const saved = new Own().save({ store: memoryStore(), path: 'm.h5' });
  await expect(saved).rejects.toThrow('subclassed model');
});
