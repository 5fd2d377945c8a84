import {
  DTYPES,
  type DType,
  decodeTensor,
  dtypeKind,
  elementCount,
  encodeTensor,
  isKmError,
  itemSize,
  lazyFromSource,
  lazyFromTensor,
  lazyTensor,
  memorySource,
  tensorByteLength,
  zeros,
} from '@km/core';
import fc from 'fast-check';

const numeric = DTYPES.filter((dtype) => dtype !== 'string');

test.each(numeric)('%s tensors survive encoding and decoding at any alignment', (dtype) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { maxLength: 3 }),
      fc.nat(7),
      fc.infiniteStream(fc.nat(255)),
      (shape, shift, stream) => {
        const length = tensorByteLength({ dtype, shape });
        const padded = new Uint8Array(length + shift);
        for (let i = 0; i < padded.length; i++) padded[i] = stream.next().value ?? 0;
        const bytes = padded.subarray(shift);
        const tensor = decodeTensor({ dtype, shape }, bytes);
        expect(tensor.shape).toEqual(shape);
        expect(encodeTensor(tensor)).toEqual(bytes.slice());
      },
    ),
    { numRuns: 30 },
  );
});

test('decoding keeps the bits of NaN payloads and of float16', () => {
  const half = decodeTensor({ dtype: 'float16', shape: [2] }, Uint8Array.of(0x01, 0x7d, 0, 0x3c));
  expect([...half.data]).toEqual([0x7d01, 0x3c00]);
  const nan = Uint8Array.of(0x01, 0, 0xa0, 0x7f);
  expect(encodeTensor(decodeTensor({ dtype: 'float32', shape: [] }, nan))).toEqual(nan);
});

test.each([
  ['too few bytes', 'int32', [2], 7, 'KM_TRUNCATED'],
  ['too many bytes', 'int32', [2], 9, 'KM_MALFORMED'],
  ['a negative axis', 'int32', [-1], 4, 'KM_MALFORMED'],
  ['a fractional axis', 'int8', [0.5], 4, 'KM_MALFORMED'],
  ['a fractional axis beside an empty one', 'int8', [0, 0.5], 0, 'KM_MALFORMED'],
  ['a size that overflows', 'int8', [2 ** 40, 2 ** 40], 4, 'KM_LIMIT'],
  ['a size that overflows in bytes', 'complex128', [2 ** 50], 4, 'KM_LIMIT'],
  ['300 axes', 'int8', Array(300).fill(1), 1, 'KM_LIMIT'],
] as [string, DType, number[], number, string][])(
  'decoding with %s is refused',
  (_name, dtype, shape, length, code) => {
    expect(() => decodeTensor({ dtype, shape }, new Uint8Array(length))).toThrow(
      expect.objectContaining({ code }),
    );
  },
);

test('an axis of zero empties a tensor whatever the other axes are', () => {
  expect(elementCount([2 ** 40, 2 ** 40, 0])).toBe(0);
  expect(elementCount([])).toBe(1);
});

test('a shape that disagrees with the data is the caller’s mistake', () => {
  expect(() => encodeTensor({ dtype: 'complex64', shape: [2], data: new Float32Array(2) })).toThrow(
    /needs data of length 4, got 2/,
  );
});

test('string tensors have no plain encoding', () => {
  expect(() => encodeTensor({ dtype: 'string', shape: [], data: [new Uint8Array(1)] })).toThrow(
    TypeError,
  );
  expect(() => decodeTensor({ dtype: 'string', shape: [] }, new Uint8Array(1))).toThrow(TypeError);
  expect(() => tensorByteLength({ dtype: 'string', shape: [] })).toThrow(TypeError);
});

test('zeros has the length that the shape asks for in every dtype', () => {
  for (const dtype of DTYPES) {
    const { data } = zeros({ dtype, shape: [2, 3] });
    expect(data).toHaveLength(dtypeKind(dtype) === 'complex' ? 12 : 6);
  }
});

test('item sizes are those of NumPy', () => {
  expect(Object.fromEntries(DTYPES.map((dtype) => [dtype, itemSize(dtype)]))).toMatchObject({
    bfloat16: 2,
    bool: 1,
    complex64: 8,
    complex128: 16,
    int64: 8,
    qint32: 4,
    string: 0,
  });
});

test('a lazy tensor of a source reads only its own bytes', async () => {
  const bytes = Uint8Array.of(9, 9, 1, 0, 2, 0, 9);
  const lazy = lazyFromSource({ dtype: 'int16', shape: [2] }, memorySource(bytes), 2);
  expect(lazy).toMatchObject({ dtype: 'int16', shape: [2], byteLength: 4 });
  expect((await lazy.read()).data).toEqual(Int16Array.of(1, 2));
});

test('a lazy tensor beyond the end of its source is refused at once', () => {
  expect(() =>
    lazyFromSource({ dtype: 'int16', shape: [9] }, memorySource(new Uint8Array(4))),
  ).toThrow(expect.objectContaining({ code: 'KM_TRUNCATED' }));
});

test('a lazy tensor of one in memory knows the size of its strings', async () => {
  const data = [Uint8Array.of(1, 2), new Uint8Array(0)];
  const lazy = lazyFromTensor({ dtype: 'string', shape: [2], data });
  expect(lazy.byteLength).toBe(2);
  expect((await lazy.read()).data).toBe(data);
});

test('a cancelled read of a lazy tensor throws the reason', async () => {
  const signal = AbortSignal.abort('enough');
  const lazy = lazyFromTensor({ dtype: 'int8', shape: [1], data: new Int8Array(1) });
  await expect(lazy.read({ signal })).rejects.toBe('enough');
});

test('a lazy string tensor needs its size', () => {
  expect(() => lazyTensor({ dtype: 'string', shape: [] }, () => Promise.reject())).toThrow(
    TypeError,
  );
});

test('the error of a wrong size is a KmError', () => {
  try {
    decodeTensor({ dtype: 'int32', shape: [] }, new Uint8Array(3));
  } catch (error) {
    expect(isKmError(error, 'KM_TRUNCATED')).toBe(true);
    return;
  }
  throw new Error('nothing was thrown');
});

test('bytes of a Node Buffer decode at any offset, and copies do not share its memory', () => {
  const buffer = Buffer.alloc(17);
  buffer.writeBigInt64LE(7n, 9);
  const bytes = buffer.subarray(9);
  const tensor = decodeTensor({ dtype: 'int64', shape: [1] }, bytes);
  expect(tensor.data).toEqual(new BigInt64Array([7n]));
});
