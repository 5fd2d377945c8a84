import { type ObjectNode, readCheckpoint, writeCheckpoint } from '@km/checkpoint';
import { lazyFromTensor, memoryStore, type Tensor } from '@km/core';
import { layers, models, ready, Sequential } from '@km/keras';
import { readSavedModel } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';

beforeAll(() => ready());

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const node = (children: ObjectNode['children'], table?: string): ObjectNode => ({
  children,
  attributes: table === undefined ? [] : [{ name: 'table', fullName: 'table', key: table }],
  slots: [],
});

/** Writes a checkpoint as TensorFlow 2.4 does: the vocabulary is a table at the end of a path of edges. */
async function checkpointOf(edges: readonly string[], tokens: Tensor, numbers: readonly bigint[]) {
  const key = ['layer-0', ...edges, '.ATTRIBUTES', 'table'].join('/');
  const values: Tensor = {
    dtype: 'int64',
    shape: [numbers.length],
    data: BigInt64Array.from(numbers),
  };
  const tensors = [
    [`${key}-keys`, lazyFromTensor(tokens)],
    [`${key}-values`, lazyFromTensor(values)],
  ] as const;
  const path = ['layer-0', ...edges];
  const nodes = path.map((name, i) => node([{ name, node: i + 1 }]));
  const store = memoryStore();
  const target = { store, path: 'weights' };
  await writeCheckpoint(target, tensors, { objectGraph: { nodes: [...nodes, node([], key)] } });
  return target;
}

const words: Tensor = { dtype: 'string', shape: [3], data: ['sea', 'air', 'land'].map(text) };

test('a StringLookup takes the vocabulary of a checkpoint of TensorFlow 2.4 in the order of its numbers', async () => {
  const target = await checkpointOf(['_table'], words, [4n, 2n, 3n]);
  const lookup = new layers.StringLookup({ mask_token: '' });
  const report = await new Sequential([lookup]).load_weights(target);
  expect(lookup.get_vocabulary()).toEqual(['', '[UNK]', 'air', 'land', 'sea']);
  expect(report).toMatchObject({
    matched: [
      { stored: 'layer-0/_table/.ATTRIBUTES/table-keys', variable: `${lookup.name}/vocabulary` },
    ],
  });
});

test('a TextVectorization takes it from the layer inside', async () => {
  const target = await checkpointOf(['_index_lookup_layer', '_table'], words, [2n, 3n, 4n]);
  const layer = new layers.TextVectorization({});
  await new Sequential([layer]).load_weights(target);
  expect(layer.get_vocabulary()).toEqual(['', '[UNK]', 'sea', 'air', 'land']);
});

test('an IntegerLookup takes numbers', async () => {
  const numbers: Tensor = { dtype: 'int64', shape: [2], data: BigInt64Array.of(7n, -3n) };
  const target = await checkpointOf(['_table'], numbers, [2n, 1n]);
  const lookup = new layers.IntegerLookup({});
  await new Sequential([lookup]).load_weights(target);
  expect(lookup.get_vocabulary(false)).toEqual([-3, 7]);
});

/** Edges and tables of the checkpoint that save_weights writes. */
async function writtenTables(model: Sequential) {
  const store = memoryStore();
  await model.save_weights({ store, path: 'weights' });
  const checkpoint = await readCheckpoint({ store, path: 'weights' });
  const tables = [...checkpoint.tensors.keys()].filter((key) => key.includes('/table-'));
  const graph = await checkpoint.readObjectGraph();
  return { tables: tables.sort(), edges: graph?.nodes[0]?.children.map(({ name }) => name) };
}

test('a checkpoint holds the empty counts from which TensorFlow learns a vocabulary', async () => {
  const layer = new layers.TextVectorization({});
  layer.adapt(tf.tensor1d(['a sea', 'a land'], 'string'));
  const { tables, edges } = await writtenTables(
    new Sequential([
      new layers.InputLayer({ input_shape: [1], dtype: 'string' }),
      layer,
      new layers.Embedding({ input_dim: 9, output_dim: 2 }),
    ]),
  );
  expect(tables).toEqual(
    ['keys', 'values'].map(
      (part) => `layer_with_weights-0/_lookup_layer/token_counts/.ATTRIBUTES/table-${part}`,
    ),
  );
  expect(edges).toEqual(['layer_with_weights-0', 'layer-0', 'layer_with_weights-1', 'layer-1']);
});

test('a checkpoint does not count layers with weights after a given vocabulary, which versions count differently', async () => {
  const lookup = new layers.StringLookup({ vocabulary: ['sea', 'land'], mask_token: '' });
  const { tables, edges } = await writtenTables(
    new Sequential([
      new layers.InputLayer({ input_shape: [1], dtype: 'string' }),
      lookup,
      new layers.Embedding({ input_dim: 9, output_dim: 2 }),
    ]),
  );
  expect(tables).toEqual([]);
  expect(edges).toEqual(['layer-0', 'layer-1']);
});

const arrayOf = (output: unknown) => (output as tf.Tensor).arraySync();

/** A model of a layer that numbers texts, its saved form, and what that says of the layer. */
async function savedTexts(
  layer: InstanceType<typeof layers.StringLookup | typeof layers.TextVectorization>,
) {
  const model = new Sequential([
    new layers.InputLayer({ input_shape: [1], dtype: 'string' }),
    layer,
  ]);
  const store = memoryStore();
  await model.save({ store, path: 'model' });
  const saved = await readSavedModel({ store, path: 'model' });
  const json = saved.kerasMetadata?.nodes.map((entry) => JSON.parse(entry.json)) ?? [];
  const found = json.find(({ name }) => name === layer.name);
  const x = tf.tensor2d(['sea', 'fire'], [2, 1], 'string');
  const back = await models.load_model({ store, path: 'model' });
  return {
    config: found.config,
    dtype: found.dtype,
    before: arrayOf(model.apply(x)),
    after: arrayOf(back.apply(x)),
    saved,
  };
}

test('a learned vocabulary is saved as a table and in no configuration, as Keras saves it', async () => {
  const layer = new layers.TextVectorization({ output_sequence_length: 2 });
  layer.adapt(tf.tensor1d(['a sea', 'a land'], 'string'));
  const { config, before, after, saved } = await savedTexts(layer);
  expect(config).not.toHaveProperty('vocabulary');
  expect(config).not.toHaveProperty('vocabulary_size');
  const objects = saved.metaGraphs[0]?.objectGraph?.nodes ?? [];
  const inner = objects.find(({ children }) =>
    children.some(({ name }) => name === 'lookup_table'),
  );
  expect(inner?.value).toMatchObject({ identifier: '_generic_user_object', metadata: '' });
  const described = saved.kerasMetadata?.nodes.find(({ node }) => node === inner?.id);
  const checkpoint = await saved.openVariables();
  const tables = [...(checkpoint?.tensors.keys() ?? [])].filter((key) => /table-keys$/.test(key));
  expect(tables.map((key) => key.split('/').slice(1, 3).join('/')).sort()).toEqual([
    '_index_lookup_layer/_table',
    '_lookup_layer/token_counts',
  ]);
  expect(described?.identifier).toBe('_tf_keras_layer');
  expect(after).toEqual(before);
});

test('a StringLookup is saved with the arguments that TensorFlow 2.4 and later ones share', async () => {
  const layer = new layers.StringLookup({ vocabulary: ['sea', 'land'], mask_token: '' });
  const { config, dtype, before, after } = await savedTexts(layer);
  expect(Object.keys(config).sort()).toEqual([
    'invert',
    'mask_token',
    'max_tokens',
    'name',
    'num_oov_indices',
    'oov_token',
    'trainable',
    'vocabulary',
  ]);
  expect(dtype).toBeNull();
  expect(after).toEqual(before);
});
