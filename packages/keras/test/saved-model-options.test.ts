import { isKmError, memoryStore, type ReadableStore } from '@km/core';
import { layers, models, ready, Sequential, saved_model, type Variable } from '@km/keras';
import { fixturePath, readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

const CHECKPOINT = ['variables/variables.index', 'variables/variables.data-00000-of-00001'];

/** A model of two signatures, in the file of which some names are written otherwise. */
async function renamed(names: Readonly<Record<string, string>>): Promise<ReadableStore> {
  const store = memoryStore();
  for (const file of [...CHECKPOINT, 'assets/words.txt', 'saved_model.pb']) {
    const bytes = Buffer.from(readFixture(`savedmodel/tf-2.15.1/module/${file}`));
    let text = bytes.toString('latin1');
    for (const [name, other] of Object.entries(names)) text = text.replaceAll(name, other);
    await store.write(file, [Buffer.from(text, 'latin1')]);
  }
  return store;
}

test('one signature with an unknown op names it and leaves the others to run', async () => {
  const store = await renamed({ LookupTableFindV2: 'LookupTableFindV9' });
  const { signatures } = await saved_model.load({ store, path: '' });
  expect(signatures.serving_default?.problem).toBeNull();
  expect(signatures.serving_default?.({ x: [[1, 2]], twice: true }).y?.dataSync()).toHaveLength(2);
  const problem = /Node '.*' \(LookupTableFindV9\) of .*find.* is of an op that is not known/;
  expect(signatures.find?.problem).toMatchObject({ code: 'KM_UNSUPPORTED' });
  expect(signatures.find?.problem?.message).toMatch(problem);
  expect(() => signatures.find?.({ words: ['a'] })).toThrow(problem);
});

test('a model of which no signature can run is not loaded', async () => {
  const store = await renamed({ LookupTableFindV2: 'LookupTableFindV9', AddV2: 'AddV9' });
  const error = await saved_model.load({ store, path: '' }).catch((reason: unknown) => reason);
  expect(isKmError(error, 'KM_UNSUPPORTED')).toBe(true);
  expect(String(error)).toMatch(/\((AddV9|LookupTableFindV9)\)/);
});

test('options are honoured or refused by name', async () => {
  const place = fixturePath('savedmodel/tf-2.15.1/module');
  await expect(
    saved_model.load(place, null, { experimental_io_device: '/job:far' }),
  ).rejects.toThrow(/experimental_io_device/);
  const options = { experimental_load_function_aliases: true };
  await expect(models.load_model(place, { options })).rejects.toThrow(
    /experimental_load_function_aliases/,
  );
});

test.each([
  ['allow_partial_checkpoint', { allow_partial_checkpoint: true }, []],
  ['experimental_skip_checkpoint', { experimental_skip_checkpoint: true }, CHECKPOINT],
])('with %s variables have no value until they are assigned', async (_, options, files) => {
  const store = memoryStore();
  for (const file of [...files, 'assets/words.txt', 'saved_model.pb']) {
    await store.write(file, [readFixture(`savedmodel/tf-2.15.1/module/${file}`)]);
  }
  const model = await saved_model.load({ store, path: '' }, null, options);
  const call = (): tf.Tensor | undefined =>
    model.signatures.serving_default?.({ x: [[1, 2]], twice: false }).y;
  const [step] = model.steps as readonly Variable[];
  expect(call).toThrow(/step was loaded without a value/);
  step?.assign(tf.tensor1d([1, 2], 'int32'));
  expect(call).toThrow(/scale was loaded without a value/);
  (model.scale as Variable).assign(tf.scalar(2));
  expect(call).not.toThrow();
});

test('functions are found by the names that they were saved under', async () => {
  const model = new Sequential([new layers.Dense({ units: 1, input_shape: [2] })]);
  const double = saved_model.signature(
    (x: tf.Tensor) => ({ y: tf.mul(x, 2) }),
    [{ shape: [null], dtype: 'float32', name: 'x' }],
  );
  const place = { store: memoryStore(), path: 'model' };
  await models.save_model(model, place, {
    signatures: { double },
    options: { function_aliases: { twice: double } },
  });
  expect((await saved_model.load(place)).function_aliases).toBeUndefined();
  const options = { experimental_load_function_aliases: true };
  const { function_aliases } = await saved_model.load(place, null, options);
  expect(Object.keys(function_aliases ?? {})).toEqual(['twice']);
  const [twice] = (function_aliases?.twice ?? []) as saved_model.LoadedSignature[];
  expect([...(twice?.({ x: tf.tensor1d([1, 4]) }).y?.dataSync() ?? [])]).toEqual([2, 8]);
});
