import { type ObjectNode, writeCheckpoint } from '@km/checkpoint';
import { lazyFromTensor, memoryStore, type Tensor } from '@km/core';
import { layers, ready, Sequential } from '@km/keras';

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
