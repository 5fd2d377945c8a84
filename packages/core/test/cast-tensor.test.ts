import { castTensor, copyTensor, type DType, numberToFloat16, type Tensor } from '@km/core';
import fc from 'fast-check';

const float32 = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const int64 = (...values: bigint[]): Tensor => ({
  dtype: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values),
});

test('the same dtype gives the same tensor', () => {
  const tensor = float32(1);
  expect(castTensor(tensor, 'float32')).toEqual({ tensor, changed: 0 });
});

test('floats lose their fraction on the way to integers, and each is counted', () => {
  const { tensor, changed } = castTensor(float32(1.9, -1.9, 3), 'int32');
  expect(tensor).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(1, -1, 3) });
  expect(changed).toBe(2);
});

test.each([
  [float32(256), 'uint8'],
  [float32(-1), 'uint8'],
  [float32(Number.NaN), 'int32'],
  [float32(Infinity), 'int64'],
  [float32(2 ** 63), 'int64'],
  [int64(2n ** 31n), 'int32'],
  [int64(-1n), 'uint64'],
  [int64(2n ** 62n), 'int32'],
] as [Tensor, DType][])('%p does not fit and is refused with its place', (tensor, dtype) => {
  expect(() => castTensor(tensor, dtype)).toThrow(
    expect.objectContaining({
      code: 'KM_UNSUPPORTED',
      message: expect.stringMatching(/of element 0 does not fit u?int/),
    }),
  );
});

test('the ends of the integer ranges fit', () => {
  expect(castTensor(int64(-(2n ** 31n), 2n ** 31n - 1n), 'int32').changed).toBe(0);
  expect(castTensor(float32(-(2 ** 63)), 'int64').tensor.data).toEqual(
    BigInt64Array.of(-(2n ** 63n)),
  );
});

test('64-bit integers that a float cannot hold are counted', () => {
  expect(castTensor(int64(2n ** 53n + 1n, 5n), 'float64').changed).toBe(1);
  expect(castTensor(int64(2n ** 53n, 5n), 'float64').changed).toBe(0);
});

test('float32 to float16 and back is exact for what float16 holds', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2048, max: 2048 })), (values) => {
      const tensor = float32(...values);
      const half = castTensor(tensor, 'float16');
      expect(half.changed).toBe(0);
      expect([...half.tensor.data]).toEqual(values.map(numberToFloat16));
      expect(castTensor(half.tensor, 'float32').tensor).toEqual(tensor);
    }),
  );
});

test('bfloat16 to float32 is exact and NaN stays NaN', () => {
  const tensor: Tensor = { dtype: 'bfloat16', shape: [2], data: Uint16Array.of(0x3fc0, 0x7fc0) };
  const { tensor: cast, changed } = castTensor(tensor, 'float32');
  expect([...cast.data]).toEqual([1.5, Number.NaN]);
  expect(changed).toBe(0);
});

test('anything but zero is true', () => {
  expect(castTensor(float32(0, -0, 0.1, Number.NaN), 'bool').tensor.data).toEqual(
    Uint8Array.of(0, 0, 1, 1),
  );
  expect(castTensor(int64(0n, 7n), 'bool').tensor.data).toEqual(Uint8Array.of(0, 1));
});

test('a real tensor becomes complex with imaginary parts of zero', () => {
  expect(castTensor(float32(1, 2), 'complex128').tensor).toEqual({
    dtype: 'complex128',
    shape: [2],
    data: Float64Array.of(1, 0, 2, 0),
  });
});

test('a complex tensor keeps both parts in the other complex dtype', () => {
  const complex: Tensor = { dtype: 'complex64', shape: [1], data: Float32Array.of(1, 2) };
  expect(castTensor(complex, 'complex128').tensor.data).toEqual(Float64Array.of(1, 2));
});

test.each([
  [{ dtype: 'complex64', shape: [], data: Float32Array.of(1, 0) }, 'float32'],
  [{ dtype: 'string', shape: [], data: [Uint8Array.of(49)] }, 'float32'],
  [{ dtype: 'qint8', shape: [], data: Int8Array.of(1) }, 'float32'],
  [float32(1), 'string'],
  [float32(1), 'quint8'],
] as [Tensor, DType][])('the cast of %p to %s is refused', (tensor, dtype) => {
  expect(() => castTensor(tensor, dtype)).toThrow(
    expect.objectContaining({ code: 'KM_UNSUPPORTED' }),
  );
});

test('a copy shares no memory', () => {
  const original: Tensor<'float32'> = { dtype: 'float32', shape: [1], data: Float32Array.of(1) };
  const copy = copyTensor(original);
  original.data[0] = 2;
  expect(copy.data).toEqual(Float32Array.of(1));
  const word = Uint8Array.of(1);
  const words = copyTensor({ dtype: 'string', shape: [1], data: [word] });
  word[0] = 2;
  expect(words).toEqual({ dtype: 'string', shape: [1], data: [Uint8Array.of(1)] });
});
