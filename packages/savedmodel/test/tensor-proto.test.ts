import { decodeProto, encodeProto } from '@km/proto';
import { TensorProto, type TensorShapeProto } from '@km/proto/saved-model';
import { decodeTensorProto } from '@km/savedmodel';

const dims = (...sizes: number[]): TensorShapeProto.$Properties => ({
  dim: sizes.map((size) => ({ size: BigInt(size) })),
});

function decode(properties: TensorProto.$Properties) {
  return decodeTensorProto(decodeProto(TensorProto, encodeProto(TensorProto, properties)));
}

test('raw content is read as little-endian values', () => {
  const tensorContent = new Uint8Array(new Float64Array([1.5, -2]).buffer);
  expect(decode({ dtype: 2, tensorShape: dims(2), tensorContent })).toEqual({
    dtype: 'float64',
    shape: [2],
    data: new Float64Array([1.5, -2]),
  });
});

test('the last value stands for those that are not stored', () => {
  expect(decode({ dtype: 1, tensorShape: dims(2, 2), floatVal: [1, 2] }).data).toEqual(
    new Float32Array([1, 2, 2, 2]),
  );
  expect(decode({ dtype: 9, tensorShape: dims(3), int64Val: [7n] }).data).toEqual(
    new BigInt64Array([7n, 7n, 7n]),
  );
  expect(decode({ dtype: 3, tensorShape: dims(2) }).data).toEqual(new Int32Array(2));
  expect(decode({ dtype: 8, tensorShape: dims(2), scomplexVal: [1, 2] }).data).toEqual(
    new Float32Array([1, 2, 1, 2]),
  );
  expect(
    decode({ dtype: 7, tensorShape: dims(2), stringVal: [new Uint8Array([65])] }).data,
  ).toEqual([new Uint8Array([65]), new Uint8Array([65])]);
});

test('every type takes its values from its own field', () => {
  const shape = dims(1);
  expect(decode({ dtype: 10, tensorShape: shape, boolVal: [true] }).data).toEqual(
    new Uint8Array([1]),
  );
  expect(decode({ dtype: 14, tensorShape: shape, halfVal: [0x3f80] }).data).toEqual(
    new Uint16Array([0x3f80]),
  );
  expect(decode({ dtype: 6, tensorShape: shape, intVal: [-3] }).data).toEqual(new Int8Array([-3]));
  expect(decode({ dtype: 22, tensorShape: shape, uint32Val: [4294967295] }).data).toEqual(
    new Uint32Array([4294967295]),
  );
  expect(decode({ dtype: 23, tensorShape: shape, uint64Val: [2n ** 64n - 1n] }).data).toEqual(
    new BigUint64Array([2n ** 64n - 1n]),
  );
  expect(decode({ dtype: 2, tensorShape: dims(), doubleVal: [0.1] }).data).toEqual(
    new Float64Array([0.1]),
  );
});

test.each([
  ['one value for a petabyte', { dtype: 1, tensorShape: dims(2 ** 48), floatVal: [1] }, 'KM_LIMIT'],
  [
    'more elements than a number counts',
    { dtype: 1, tensorShape: dims(2 ** 40, 2 ** 40) },
    'KM_LIMIT',
  ],
  ['empty strings without end', { dtype: 7, tensorShape: dims(2 ** 40) }, 'KM_LIMIT'],
  ['too many values', { dtype: 1, tensorShape: dims(1), floatVal: [1, 2] }, 'KM_MALFORMED'],
  [
    'too little content',
    { dtype: 1, tensorShape: dims(2), tensorContent: new Uint8Array(4) },
    'KM_TRUNCATED',
  ],
  ['an unknown axis', { dtype: 1, tensorShape: dims(-1), floatVal: [1] }, 'KM_MALFORMED'],
  ['a variant', { dtype: 21, tensorShape: dims() }, 'KM_UNSUPPORTED'],
] as const)('a constant with %s is refused', (_name, properties, code) => {
  expect(() => decode(properties as unknown as TensorProto.$Properties)).toThrow(
    expect.objectContaining({ code }),
  );
});
