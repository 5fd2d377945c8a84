import { type ByteSource, joinChunks, memorySource, type Tensor } from '@km/core';
import { byteFlips, readFixture, runHostile, truncations } from '@km/test-utils';
import { decodeNpy } from '../src/arrays/decode-npy.ts';
import { encodeNpy } from '../src/arrays/encode-npy.ts';
import { npzChunks, readNpz } from '../src/arrays/npz.ts';
import { tensorToJson } from '../src/arrays/tensor-to-json.ts';
import { printJson } from '../src/text/print-json.ts';

interface Expected {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly values: unknown;
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(
  new TextDecoder().decode(readFixture('numpy/expected.json')),
);

function open(name: string): ByteSource {
  return memorySource(readFixture(`numpy/${name}`), name);
}

function header(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes.subarray(10, 10 + (bytes[8] ?? 0)));
}

/** Values as the fixture writes them; integers beyond 2^53 lose digits on both sides. */
function comparable(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, item) =>
    typeof item === 'string' && /^-?\d+$/.test(item) ? Number(item) : item,
  );
}

test('arrays of every type have the values that NumPy wrote [SavedModelCLITestCase.testInputParserNPY]', async () => {
  const arrays = await readNpz(open('stored.npz'));
  expect([...arrays.keys()]).toEqual(Object.keys(expected));
  for (const [name, tensor] of arrays) {
    const { shape, values } = expected[name] ?? { shape: [], values: null };
    expect({ name, shape: tensor.shape }).toEqual({ name, shape });
    const found: unknown = JSON.parse(printJson(tensorToJson(tensor)));
    expect({ name, values: comparable(found) }).toEqual({ name, values: comparable(values) });
  }
});

test('64-bit integers keep all their digits', async () => {
  const arrays = await readNpz(open('stored.npz'));
  expect(arrays.get('int_i8')?.data[0]).toBe(-(2n ** 63n));
  expect(arrays.get('int_u8')?.data[5]).toBe(2n ** 64n - 1n);
});

test('what is encoded has the header of NumPy and the same values', async () => {
  for (const [name, tensor] of await readNpz(open('stored.npz'))) {
    const bytes = encodeNpy(tensor);
    expect(bytes.length % 64).toBe(encodedValueBytes(bytes) % 64);
    const native = (expected[name]?.descr ?? '').replace('>', '<').replace('|S3', '<U3');
    expect(header(bytes)).toContain(`'descr': '${native}'`);
    expect({ name, tensor: decodeNpy(bytes, name) }).toEqual({ name, tensor });
  }
});

function encodedValueBytes(bytes: Uint8Array): number {
  return bytes.length - 10 - ((bytes[8] ?? 0) + (bytes[9] ?? 0) * 256);
}

test('headers of versions 1, 2 and 3 are read', () => {
  for (const version of [1, 2, 3]) {
    const name = `version${version}.npy`;
    expect(decodeNpy(readFixture(`numpy/${name}`), name)).toEqual({
      dtype: 'float32',
      shape: [5],
      data: Float32Array.of(0, 1, 2, 3, 4),
    });
  }
});

test('deflated archives are read, and the order of the arguments is kept [SavedModelCLITestCase.testInputParserNPZ]', async () => {
  const arrays = await readNpz(open('deflated.npz'));
  expect([...arrays.keys()]).toEqual(['zebra', 'apple']);
  expect(arrays.get('apple')?.data).toEqual(Float32Array.of(1, 1, 1, 1));
  const positional = await readNpz(open('positional.npz'));
  expect([...positional.values()].map(({ data }) => Number(data[0]))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
});

test('objects, records and dates are refused without a look at their bytes', () => {
  for (const [name, message] of [
    ['objects.npy', /pickles/],
    ['records.npy', /records/],
    ['dates.npy', /no tensor has this type/],
  ] as const) {
    const decode = (): Tensor => decodeNpy(readFixture(`numpy/${name}`), name);
    expect(decode).toThrow(message);
    expect(decode).toThrow(expect.objectContaining({ code: 'KM_UNSUPPORTED' }));
  }
});

test('types that NumPy does not have become the nearest that it has', () => {
  const halves: Tensor = { dtype: 'bfloat16', shape: [1], data: Uint16Array.of(0x3fc0) };
  expect(decodeNpy(encodeNpy(halves), 'x').data).toEqual(Float32Array.of(1.5));
  const quantized: Tensor = { dtype: 'quint8', shape: [1], data: Uint8Array.of(7) };
  expect(decodeNpy(encodeNpy(quantized), 'x')).toMatchObject({ dtype: 'uint8', shape: [1] });
  const binary: Tensor = { dtype: 'string', shape: [1], data: [Uint8Array.of(0xff, 0xfe)] };
  expect(header(encodeNpy(binary))).toContain("'|S2'");
  expect(decodeNpy(encodeNpy(binary), 'x')).toEqual(binary);
});

test('an archive that is written holds what is read from it', async () => {
  const arrays = new Map<string, Tensor>([
    ['dense/out', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }],
    ['a', { dtype: 'bool', shape: [], data: Uint8Array.of(1) }],
  ]);
  const bytes = await joinChunks(npzChunks(arrays));
  const read = await readNpz(memorySource(bytes, 'x.npz'));
  expect([...read]).toEqual([...arrays]);
});

test('damaged arrays are errors, never crashes', async () => {
  const bytes = readFixture('numpy/version1.npy');
  const cases = [...truncations(bytes), ...byteFlips(bytes)];
  const { broken, refused } = await runHostile(cases, (damaged) => decodeNpy(damaged, 'x.npy'));
  expect(broken).toEqual([]);
  expect(refused.length).toBeGreaterThan(30);
});

test('a header that asks for more than there is allocates nothing', () => {
  const huge = new TextEncoder().encode(
    "{'descr': '<f8', 'fortran_order': True, 'shape': (1000000, 1000000), }",
  );
  const bytes = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, huge.length, 0, ...huge);
  expect(() => decodeNpy(bytes, 'x.npy')).toThrow(/holds 0 of 8000000000000 bytes/);
});
