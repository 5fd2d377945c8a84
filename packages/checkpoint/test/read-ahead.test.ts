import { readCheckpoint, writeCheckpoint } from '@km/checkpoint';
import { type ByteSource, memoryStore, type ReadableStore, type Tensor } from '@km/core';
import { fileStore } from '@km/core/node';
import { fixturePath } from '@km/test-utils';
import { listedTensors, listTensor } from './support.ts';

const fixtures = ['tf-2.15.1/dtypes', 'tf-2.15.1/trained/ckpt-1', 'tf-2.19.1/sharded'];

/** The store of the fixtures, with a list of the reads of data files: their first byte and their length. */
function watched(change: (source: ByteSource) => ByteSource = (source) => source): {
  readonly store: ReadableStore;
  readonly reads: [start: number, length: number][];
} {
  const files = fileStore(fixturePath('checkpoint'));
  const reads: [start: number, length: number][] = [];
  const store: ReadableStore = {
    async open(key, options) {
      const source = await files.open(key, options);
      if (source === undefined || key.endsWith('.index')) return source;
      const { name, byteLength } = source;
      return change({
        name,
        byteLength,
        read(start, end, readOptions) {
          reads.push([start, end - start]);
          return source.read(start, end, readOptions);
        },
        async readInto(target, start, readOptions) {
          reads.push([start, target.length]);
          await source.readInto?.(target, start, readOptions);
        },
      });
    },
  };
  return { store, reads };
}

test.each(fixtures)('read ahead, the tensors of %s have the same values', async (path) => {
  const { store } = watched();
  const { tensors } = await readCheckpoint({ store, path }, { readAhead: true });
  const expected = listedTensors(path);
  const found = await Promise.all(
    expected.map(async ({ name }) => {
      const tensor = await tensors.get(name)?.read();
      return tensor && listTensor(name, tensor);
    }),
  );
  expect(found).toEqual(expected);
});

test('a single data file is read once, before anybody asks for a tensor', async () => {
  const { store, reads } = watched();
  const path = 'tf-2.15.1/trained/ckpt-1';
  const { tensors } = await readCheckpoint({ store, path }, { readAhead: true });
  while (reads.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const data = await store.open(`${path}.data-00000-of-00001`);
  expect(reads).toEqual([[0, data?.byteLength]]);
  for (const tensor of tensors.values()) await tensor.read();
  expect(reads).toHaveLength(1);
});

test('large tensors lie where they are read, wherever the first one begins', async () => {
  const files = memoryStore();
  const floats = (size: number): Tensor<'float32'> => ({
    dtype: 'float32',
    shape: [size],
    data: new Float32Array(size).fill(size),
  });
  await writeCheckpoint({ store: files, path: 'ckpt' }, [
    ['odd', { dtype: 'bool', shape: [3], data: new Uint8Array(3) }],
    ['one', floats(2000)],
    ['two', floats(3000)],
  ]);
  const store: ReadableStore = {
    async open(key, options) {
      const source = await files.open(key, options);
      const readInto: ByteSource['readInto'] = async (target, start) => {
        target.set(files.objects.get(key)?.subarray(start, start + target.length) ?? []);
      };
      return source && { ...source, readInto };
    },
  };
  const { tensors } = await readCheckpoint({ store, path: 'ckpt' }, { readAhead: true });
  const [one, two] = await Promise.all(['one', 'two'].map((name) => tensors.get(name)?.read()));
  expect([one?.data[0], two?.data[2999]]).toEqual([2000, 3000]);
  const buffers = [one, two].map((tensor) => tensor?.dtype === 'float32' && tensor.data.buffer);
  expect(buffers[0]).toBe(buffers[1]);
});

test('a file that cannot be read is an error of those who want its tensors', async () => {
  const { store } = watched((source) => ({
    ...source,
    readInto: async () => {
      throw new Error('the disk is gone');
    },
  }));
  const path = 'tf-2.15.1/trained/ckpt-1';
  const { tensors } = await readCheckpoint({ store, path }, { readAhead: true });
  const [tensor] = tensors.values();
  await expect(tensor?.read()).rejects.toThrow('the disk is gone');
});

test('a file too large for memory is read piece by piece', async () => {
  const { store, reads } = watched((source) => ({ ...source, byteLength: 2 ** 29 }));
  const path = 'tf-2.15.1/trained/ckpt-1';
  const { tensors } = await readCheckpoint({ store, path }, { readAhead: true });
  const kernel = tensors.get('model/layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE');
  await kernel?.read();
  expect(reads.map(([, length]) => length)).toEqual([24]);
});
