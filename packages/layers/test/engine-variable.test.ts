import type { Tensor as TensorRecord } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { variable } from '../src/engine/make-variable.ts';
import { ready } from '../src/engine/ready.ts';
import { Variable } from '../src/engine/variable.ts';

const records: readonly TensorRecord[] = [
  { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) },
  { dtype: 'bfloat16', shape: [2], data: Uint16Array.of(0x3f80, 0xc000) },
  { dtype: 'float32', shape: [2], data: Float32Array.of(1, -2) },
  { dtype: 'float64', shape: [2], data: Float64Array.of(1, -2) },
  { dtype: 'int8', shape: [2], data: Int8Array.of(1, -2) },
  { dtype: 'int16', shape: [2], data: Int16Array.of(1, -2) },
  { dtype: 'int32', shape: [2], data: Int32Array.of(1, -2) },
  { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, -2n) },
  { dtype: 'uint8', shape: [2], data: Uint8Array.of(1, 2) },
  { dtype: 'uint16', shape: [2], data: Uint16Array.of(1, 2) },
  { dtype: 'uint32', shape: [2], data: Uint32Array.of(1, 2) },
  { dtype: 'uint64', shape: [2], data: BigUint64Array.of(1n, 2n) },
  { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
  { dtype: 'complex64', shape: [1], data: Float32Array.of(1, -2) },
  { dtype: 'complex128', shape: [1], data: Float64Array.of(1, -2) },
];

beforeEach(async () => {
  await tf.setBackend('cpu');
});

test.each(records)('a variable of $dtype gives back the numbers it is given', (record) => {
  const variable = new Variable(record, { name: 'v' });
  const values = variable.values();
  const other = new Variable({ ...record, data: record.data.slice() } as TensorRecord, {
    name: 'other',
  });
  other.assign_values(values.slice());
  expect(other.record()).toEqual(record);
  other.assign(variable.read());
  expect(other.record()).toEqual(record);
  tf.dispose([variable.read(), other.read()]);
});

test('strings stay bytes, and an assigned tensor of strings is kept as bytes', () => {
  const bytes = [Uint8Array.of(0xff, 0), new TextEncoder().encode('é')];
  const variable = new Variable({ dtype: 'string', shape: [2], data: bytes }, { name: 'v' });
  expect(variable.record().data).toBe(bytes);
  variable.assign(variable.read());
  expect(variable.record().data).toEqual(bytes);
  expect(() => variable.values()).toThrow(/string/);
});

test('a variable read on one backend is read on another after it was assigned there', async () => {
  const variable = new Variable(
    { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) },
    { name: 'v' },
  );
  expect(Array.from(variable.read().dataSync())).toEqual([1, 2]);
  await tf.setBackend('wasm');
  variable.assign(tf.add(variable.read(), 1));
  await tf.setBackend('cpu');
  expect(Array.from(variable.read().dataSync())).toEqual([2, 3]);
  variable.dispose();
  expect(Array.from(variable.read().dataSync())).toEqual([2, 3]);
});

test('numbers changed in place do not reach tensors that were read before', () => {
  const variable = new Variable(
    { dtype: 'float32', shape: [1], data: Float32Array.of(1) },
    { name: 'v' },
  );
  const values = variable.values();
  const before = tf.clone(variable.read());
  values[0] = 5;
  variable.assign_values(values);
  expect(before.dataSync()[0]).toBe(1);
  expect(variable.read().dataSync()[0]).toBe(5);
});

test('a value of another shape is refused with both shapes', () => {
  const variable = new Variable(
    { dtype: 'float32', shape: [3], data: new Float32Array(3) },
    { name: 'dense/bias' },
  );
  expect(() => variable.assign(tf.zeros([5]))).toThrow(
    "variable 'dense/bias': Shape mismatch. The variable shape (3,), and the assigned value shape (5,) are incompatible",
  );
  expect(() => variable.assign_values(new Float32Array(5))).toThrow(/cannot hold 5 numbers/);
});

test('variable makes a variable of numbers, lists, typed arrays, tensors and records', () => {
  expect(variable(1, { dtype: 'int64' }).record()).toEqual({
    dtype: 'int64',
    shape: [],
    data: BigInt64Array.of(1n),
  });
  const list = variable([[1, 2, 3]], { name: 'list' });
  expect([list.name, list.dtype, list.shape]).toEqual(['list', 'float32', [1, 3]]);
  expect(variable(Float64Array.of(0.5, 1)).numpy()).toEqual([0.5, 1]);
  expect(variable(tf.ones([2])).numpy()).toEqual([1, 1]);
  const record = { dtype: 'float16', shape: [1], data: Uint16Array.of(0x3c00) } as const;
  expect(variable(record, { dtype: 'float16' }).numpy()).toEqual([1]);
});

test('no gradient flows from a variable to what it was set to', async () => {
  await ready('cpu');
  const total = new Variable(
    { dtype: 'float32', shape: [2], data: Float32Array.of(0, 0) },
    { name: 'total' },
  );
  const gradient = tf.grad((x: tf.Tensor) => {
    total.assign(tf.mul(x, 3));
    return tf.add(tf.mul(x, 2), total.read());
  });
  expect([...gradient(tf.tensor1d([1, 2])).dataSync()]).toEqual([2, 2]);
  expect(total.numpy()).toEqual([3, 6]);
});
