import { memorySource, memoryStore, zipStore } from '@km/core';
import { callbacks, Input, layers, Model, models, ready, Sequential, saved_model } from '@km/keras';
import { readSavedModel, selectMetaGraph } from '@km/savedmodel';
import { readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { checkNamespaces } from '../src/save/saved-model/allowed-ops.ts';
import { digests } from './fixture-models.ts';

beforeAll(() => ready());

const small = (): Sequential =>
  new Sequential([new layers.Dense({ units: 2, input_shape: [3], name: 'dense' })]);

async function saved(model: Model, options: object) {
  const store = memoryStore();
  await model.save({ store, path: 'm' }, { options });
  const read = await readSavedModel({ store, path: 'm' });
  return { store, graph: selectMetaGraph(read, ['serve']) };
}

/** Ops of all functions. */
async function opsOf(model: Model, options: object): Promise<ReadonlySet<string>> {
  const { graph } = await saved(model, options);
  const functions = graph.graph.functions;
  return new Set(
    functions.names.flatMap(
      (name) => functions.get(name)?.nodeDef?.map(({ op }) => op ?? '') ?? [],
    ),
  );
}

/** A function that calls an op of somebody else's. */
const foreign = [{ signature: { name: 'f' }, nodeDef: [{ op: 'Addons>Gelu' }, { op: 'Mul' }] }];

test('namespace_whitelist: without one, ops of all namespaces are saved, as TensorFlow does since 2.5', () => {
  const { namespace_whitelist } = new saved_model.SaveOptions();
  expect(namespace_whitelist).toBeNull();
  expect(() => checkNamespaces(foreign, namespace_whitelist)).not.toThrow();
  expect(() => checkNamespaces(foreign, ['Addons'])).not.toThrow();
});

test.each([[[]], [['Text']]])('namespace_whitelist %p: ops of others are refused', (names) => {
  const { namespace_whitelist } = new saved_model.SaveOptions({ namespace_whitelist: names });
  expect(() => checkNamespaces(foreign, namespace_whitelist)).toThrow(
    /function f calls the custom op Addons>Gelu: add 'Addons' to namespace_whitelist/,
  );
});

test('namespace_whitelist is a list of texts', async () => {
  await expect(saved(small(), { namespace_whitelist: 'Addons' })).rejects.toThrow(TypeError);
});

/** A layer that refuses words which it does not know. */
function strict(): Model {
  const inputs = Input({ shape: [1], dtype: 'string' });
  const lookup = new layers.StringLookup({ vocabulary: ['a', 'b'], num_oov_indices: 0 });
  return new Model({ inputs, outputs: lookup.apply(inputs) });
}

test('experimental_debug_stripper: assertions do nothing in the functions', async () => {
  expect(await opsOf(strict(), {})).toContain('Assert');
  const stripped = await opsOf(strict(), { experimental_debug_stripper: true });
  expect(stripped).not.toContain('Assert');
  expect(stripped).toContain('NoOp');
});

test('experimental_custom_gradients: gradients of their own are passed on, or left out', async () => {
  const store = await zipStore(memorySource(readFixture('revived/tf-2.15.1.zip'), 'revived'));
  const model = await models.load_model({ store, path: 'reversed_gradient/model' });
  const capturedIn = ({ graph }: Awaited<ReturnType<typeof saved>>) =>
    graph.objectGraph?.nodes.filter(({ value }) => value.kind === 'capturedTensor');
  const kept = await saved(model, {});
  expect(kept.graph.graph.functions.registeredGradients.length).toBeGreaterThan(0);
  expect(capturedIn(kept)).not.toEqual([]);
  const left = await saved(model, { experimental_custom_gradients: false });
  expect(left.graph.graph.functions.registeredGradients.length).toBe(0);
  expect(capturedIn(left)).toEqual([]);
});

test('experimental_variable_policy: variables note their device, in any case of the name', async () => {
  const deviceOf = async (options: object): Promise<string | undefined> => {
    const { graph } = await saved(small(), options);
    const value = graph.objectGraph?.nodes.find((node) => node.value.kind === 'variable')?.value;
    return value?.kind === 'variable' ? value.device : undefined;
  };
  expect(await deviceOf({})).toBe('');
  for (const name of ['SAVE_VARIABLE_DEVICES', 'expand_distributed_variables']) {
    expect(await deviceOf({ experimental_variable_policy: name })).toMatch(/CPU:0$/);
  }
});

test.each([
  ['experimental_io_device', '/job:far'],
  ['enable_async', true],
  ['experimental_enable_async_checkpoint', true],
  ['experimental_skip_slot_variables', true],
  ['experimental_sharding_callback', () => undefined],
  ['colour', 'red'],
])('the option %s of a checkpoint is refused by name', async (name, value) => {
  const place = { store: memoryStore(), path: 'w' };
  const options = { [name]: value };
  await expect(small().save_weights(place, { options })).rejects.toThrow(name);
  await small().save_weights(place);
  await expect(small().load_weights(place, { options })).rejects.toThrow(name);
});

test('experimental_write_callbacks of a checkpoint are called with its path once it is there', async () => {
  const store = memoryStore();
  const seen: [string, boolean][] = [];
  const note = (path: string): void => {
    seen.push([path, store.objects.has('w.index')]);
  };
  const options = { experimental_write_callbacks: [note], experimental_io_device: null };
  await small().save_weights({ store, path: 'w' }, { options });
  expect(seen).toEqual([['w', true]]);
  await expect(small().save_weights({ store, path: 'w.h5' }, { options })).rejects.toThrow(
    /'options' belongs to save_format='tf'/,
  );
});

test('ModelCheckpoint saves whole models as SavedModels with its options', async () => {
  const store = memoryStore();
  const model = small();
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await model.fit(tf.ones([4, 3]), tf.zeros([4, 2]), {
    epochs: 2,
    verbose: 0,
    callbacks: new callbacks.ModelCheckpoint({
      filepath: { store, path: 'epoch-{epoch:02d}' },
      options: { experimental_skip_saver: true, extra_tags: ['best'] },
    }),
  });
  for (const path of ['epoch-01', 'epoch-02']) {
    expect(store.objects.has(`${path}/saved_model.pb`)).toBe(true);
  }
  const { tags, saver } = selectMetaGraph(await readSavedModel({ store, path: 'epoch-02' }), [
    'serve',
    'best',
  ]);
  expect([tags, saver]).toEqual([['serve', 'best'], undefined]);
  const loaded = await models.load_model({ store, path: 'epoch-02' });
  expect(digests(loaded.weights)).toEqual(digests(model.weights));
  expect(digests(loaded.optimizer?.variables ?? [])).toEqual(
    digests(model.optimizer?.variables ?? []),
  );
});
