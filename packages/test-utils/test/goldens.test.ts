import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeGoldens, type JsonObject, openGoldens } from '@km/test-utils';

const blob = new Uint8Array(24);
new Float32Array(blob.buffer).set([1.5, -2], 0);
new BigInt64Array(blob.buffer)[1] = -7n;
blob.set([1, 0], 16);

const floats = { dtype: 'float32', shape: [2], offset: 0, length: 8 };
const integer = { dtype: 'int64', shape: [1], offset: 8, length: 8 };
const head = {
  format: 'km-golden/1',
  group: 'made',
  tensorflow: '2.15.1',
  blob: 'made.bin',
  cases: [
    {
      id: 'a/1',
      nested: [[floats], { flag: { dtype: 'bool', shape: [2], offset: 16, length: 2 } }],
      config: { dtype: 'float32', offset: 0, sparse: true, ragged: true, values: 1 },
      rate: { $number: '-Infinity' },
      words: { dtype: 'string', shape: [1], strings: ['ü'] },
      raw: { dtype: 'string', shape: [1], base64: ['/w=='] },
      sparse: { sparse: true, indices: integer, values: floats, dense_shape: [4] },
      ragged: { ragged: true, values: floats, row_splits: [integer] },
      slices: { indexed_slices: true, indices: integer, values: floats, dense_shape: null },
    },
  ],
} satisfies JsonObject;

test('references become tensors wherever they stand', () => {
  const [first] = decodeGoldens(head, blob).cases;
  const decoded = decodeGoldens(head, blob).decode(first ?? null);
  const values = { dtype: 'float32', shape: [2], data: Float32Array.of(1.5, -2) };
  const indices = { dtype: 'int64', shape: [1], data: BigInt64Array.of(-7n) };
  expect(decoded).toEqual({
    id: 'a/1',
    nested: [[values], { flag: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) } }],
    config: { dtype: 'float32', offset: 0, sparse: true, ragged: true, values: 1 },
    rate: -Infinity,
    words: { dtype: 'string', shape: [1], data: [Uint8Array.of(0xc3, 0xbc)] },
    raw: { dtype: 'string', shape: [1], data: [Uint8Array.of(0xff)] },
    sparse: { kind: 'sparse', indices, values, denseShape: [4] },
    ragged: { kind: 'ragged', values, rowSplits: [indices] },
    slices: { kind: 'indexedSlices', indices, values, denseShape: null },
  });
});

test('two decodings of one reference share no memory', () => {
  const goldens = decodeGoldens(head, blob);
  const first = goldens.tensor(floats);
  if (first.dtype === 'float32') first.data[0] = 9;
  expect(goldens.tensor(floats).data[0]).toBe(1.5);
});

test('a value that is no reference is refused', () => {
  expect(() => decodeGoldens(head, blob).tensor([1])).toThrow('[1] is no reference');
});

test('a container is opened from its folder', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'km-goldens-'));
  try {
    await writeFile(path.join(folder, 'made.json'), JSON.stringify(head));
    await writeFile(path.join(folder, 'made.bin'), blob);
    const goldens = await openGoldens(folder, 'made');
    expect(goldens).toMatchObject({ group: 'made', tensorflow: '2.15.1' });
    expect(goldens.cases.map(({ id }) => id)).toEqual(['a/1']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('another format is refused', () => {
  expect(() => decodeGoldens({ format: 'km-golden/2' }, blob)).toThrow('km-golden/2');
});
