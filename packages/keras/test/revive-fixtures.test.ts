import {
  isKmError,
  memorySource,
  memoryStore,
  type ReadableStore,
  readAll,
  zipStore,
} from '@km/core';
import { getClassName, type Model, models, ready } from '@km/keras';
import { readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';

type Recorded =
  | { readonly kind: 'dict'; readonly entries: Readonly<Record<string, Recorded>> }
  | { readonly kind: 'list'; readonly items: readonly Recorded[] }
  | RecordedTensor;

interface RecordedTensor {
  readonly kind: 'tensor';
  readonly dtype: 'float32' | 'int32' | 'string';
  readonly shape: number[];
  readonly values: number[];
}

/** What TensorFlow made of a model; only what was saved where it refuses the file. */
interface Expected {
  readonly x: Recorded;
  readonly y: Recorded;
  readonly original: Recorded;
  readonly layers?: readonly (readonly [type: string, name: string])[];
  readonly weights?: readonly { readonly name: string }[];
  readonly trainable?: readonly string[];
  readonly losses?: readonly number[];
  readonly call?: Recorded;
  readonly training?: Recorded;
  readonly evaluate?: Readonly<Record<string, number>>;
  readonly fit?: Readonly<Record<string, readonly number[]>>;
  readonly after?: readonly RecordedTensor[];
}

let archive: ReadableStore;

beforeAll(async () => {
  await ready();
  archive = await zipStore(memorySource(readFixture('revived/tf-2.15.1.zip'), 'revived'));
});

async function open(name: string): Promise<{ model: Model; expected: Expected }> {
  const source = await archive.open(`${name}/expected.json`);
  if (source === undefined) throw new Error(`no fixture ${name}`);
  const expected = JSON.parse(new TextDecoder().decode(await readAll(source)));
  return { model: await models.load_model({ store: archive, path: `${name}/model` }), expected };
}

function tensors(recorded: Recorded): tf.TensorContainer {
  if (recorded.kind === 'list') return recorded.items.map(tensors);
  if (recorded.kind === 'tensor') return tf.tensor(recorded.values, recorded.shape, recorded.dtype);
  const entries = Object.entries(recorded.entries);
  return Object.fromEntries(entries.map(([name, item]) => [name, tensors(item)]));
}

function flat(recorded: Recorded | undefined): number[] {
  if (recorded === undefined) return [];
  if (recorded.kind === 'tensor') return recorded.values;
  return recorded.kind === 'list'
    ? recorded.items.flatMap(flat)
    : Object.values(recorded.entries).flatMap(flat);
}

function numbers(value: unknown): number[] {
  if (value instanceof tf.Tensor) return [...value.dataSync()];
  return Object.values(value as object).flatMap(numbers);
}

/** Numbers agree within what the order of sums changes. */
function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4);
}

const call = (model: Model, { x }: Expected, training: boolean): number[] =>
  numbers(model.apply(tensors(x) as tf.Tensor, { training }));

const MODELS: readonly (readonly [what: string, name: string])[] = [
  ['metrics and losses that a call adds', 'add_loss_metric'],
  ['variables that a call changes', 'assigns_in_call'],
  ['attention inside', 'attention_inside'],
  ['a part that is frozen', 'frozen_part'],
  ['loops and branches', 'loop_and_branch'],
  ['layers in lists and dictionaries', 'nested_parts'],
  ['gradients of its own', 'reversed_gradient'],
  ['a stack that its first call built', 'sequential_built_by_call'],
  ['a stack of layers without configs', 'sequential_of_custom'],
  ['gradients that stop', 'straight_through'],
  ['a subclassed model', 'subclassed'],
  ['tables of words', 'table_inside'],
  ['weights of another layer', 'tied_weights'],
];

test.each(MODELS)('%s: revived as TensorFlow revives it', async (_, name) => {
  const { model, expected } = await open(name);
  await compare(model, expected);
});

test.each(MODELS)('%s: saved again and revived as before', async (_, name) => {
  const { model, expected } = await open(name);
  await compare(await savedAgain(model), expected);
});

/** A model that is saved and loaded, with an optimizer that has not counted, as TensorFlow has it. */
async function savedAgain(model: Model): Promise<Model> {
  const target = { store: memoryStore(), path: 'model' };
  await models.save_model(model, target, { save_format: 'tf' });
  return models.load_model(target);
}

async function compare(model: Model, expected: Expected): Promise<void> {
  const layers = model.layers.map((layer) => [getClassName(layer), layer.name]);
  expect(layers).toEqual(expected.layers);
  close(call(model, expected, false), flat(expected.call));
  close(numbers(model.losses), expected.losses ?? []);
  expect(model.weights.map((weight) => weight.name)).toEqual(
    expected.weights?.map((weight) => weight.name),
  );
  expect(model.trainable_weights.map((weight) => weight.name)).toEqual(expected.trainable);
  const weights = model.get_weights();
  close(call(model, expected, true), flat(expected.training));
  model.set_weights(weights);
  const options = { verbose: 0, batch_size: 64 } as const;
  const [x, y] = [tensors(expected.x) as tf.Tensor, tensors(expected.y) as tf.Tensor];
  const logs = await model.evaluate(x, y, { ...options, return_dict: true });
  expect(Object.keys(logs).sort()).toEqual(Object.keys(expected.evaluate ?? {}).sort());
  const { history } = await model.fit(x, y, { ...options, epochs: 2, shuffle: false });
  for (const [key, steps] of Object.entries(expected.fit ?? {}))
    close((history[key] ?? []) as number[], steps);
  const after = model.weights.filter(({ dtype }) => dtype === 'float32');
  after.forEach((weight, i) => {
    close(numbers(weight.read()), flat(expected.after?.[i]));
  });
}

test.each([
  ['recurrent layers of cells', 'rnn_of_custom_cell'],
  ['layers that need the masks of others', 'mask_made_and_used'],
])('%s without their classes work here, though TensorFlow refuses them', async (_, name) => {
  const { model, expected } = await open(name);
  expect(expected.call).toBeUndefined();
  close(call(model, expected, false), flat(expected.original));
  close(call(await savedAgain(model), expected, false), flat(expected.original));
  const before = numbers(model.trainable_weights[0]?.read());
  await model.train_on_batch(tensors(expected.x) as tf.Tensor, tensors(expected.y) as tf.Tensor);
  expect(numbers(model.trainable_weights[0]?.read())).not.toEqual(before);
});

test('damaged models of classes that are unknown end in an error that says so', async () => {
  const files = new Map<string, Uint8Array>();
  for (const file of ['saved_model.pb', 'keras_metadata.pb', 'variables/variables.index']) {
    const source = await archive.open(`nested_parts/model/${file}`);
    if (source !== undefined) files.set(file, await readAll(source));
  }
  const values = 'variables/variables.data-00000-of-00001';
  const source = await archive.open(`nested_parts/model/${values}`);
  const store = memoryStore();
  if (source !== undefined) await store.write(`m/${values}`, [await readAll(source)]);
  let refused = 0;
  for (let k = 0; k < 60; k += 1) {
    for (const [file, bytes] of files) {
      const damaged = bytes.slice();
      const at = (Math.imul(k + 1, 2654435761) >>> 0) % bytes.length;
      const isHit = file === [...files.keys()][k % 3];
      if (isHit) damaged[at] = (damaged[at] ?? 0) ^ (1 << (k % 8));
      await store.write(`m/${file}`, [damaged]);
    }
    const error = await models
      .load_model({ store, path: 'm' })
      .then(savedAgain)
      .then(
        (again) => again.dispose(),
        (reason: unknown) => reason,
      );
    if (error === undefined) continue;
    refused += 1;
    expect(isKmError(error)).toBe(true);
  }
  expect(refused).toBeGreaterThan(10);
});
