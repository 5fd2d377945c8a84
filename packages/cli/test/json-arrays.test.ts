import type { Tensor } from '@km/core';
import { parseConfig } from '@km/keras-config';
import { arraysFromJson } from '../src/arrays/json-arrays.ts';
import { tensorToJson } from '../src/arrays/tensor-to-json.ts';
import { printJson } from '../src/text/print-json.ts';

function read(text: string): Record<string, Tensor> {
  return Object.fromEntries(arraysFromJson(parseConfig(text)));
}

const ints = (...values: number[]): Tensor => ({
  dtype: 'int32',
  shape: [values.length],
  data: Int32Array.from(values),
});

test('a list is one array, without a name', () => {
  expect(read('[[1.5, 2], [3, 4]]')).toEqual({
    array: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1.5, 2, 3, 4) },
  });
});

test('an object holds arrays by name, in its order', () => {
  const found = read('{"b": [1, 2], "a": [3]}');
  expect(Object.keys(found)).toEqual(['b', 'a']);
  expect(found.b).toEqual(ints(1, 2));
});

test('the forms of TensorFlow Serving are read [SavedModelCLITestCase.testInputPreProcessFormats]', () => {
  const columns = { a: ints(1, 2), b: ints(3, 4) };
  expect(read('{"inputs": {"a": [1, 2], "b": [3, 4]}}')).toEqual(columns);
  expect(
    read('{"signature_name": "s", "instances": [{"a": 1, "b": 3}, {"a": 2, "b": 4}]}'),
  ).toEqual(columns);
  expect(read('{"instances": [1, 2]}')).toEqual({ array: ints(1, 2) });
  expect(read('{"inputs": [1, 2]}')).toEqual({ inputs: ints(1, 2) });
});

test('numbers have the dtype that they need', () => {
  expect(read('[1, 2.0]').array?.dtype).toBe('float32');
  expect(read('[1, 4294967296]').array).toEqual({
    dtype: 'int64',
    shape: [2],
    data: BigInt64Array.of(1n, 4294967296n),
  });
  expect(read('[true, false]').array).toEqual({
    dtype: 'bool',
    shape: [2],
    data: Uint8Array.of(1, 0),
  });
  expect(read('7').array).toMatchObject({ dtype: 'int32', shape: [] });
  expect(read('[]').array).toMatchObject({ dtype: 'float32', shape: [0] });
  expect(read('[NaN, "Infinity", -1]').array?.data).toEqual(Float32Array.of(NaN, Infinity, -1));
});

test('an array may say its dtype and shape', () => {
  const text = '{"x": {"dtype": "uint8", "shape": [2, 1], "data": [1, 2]}}';
  expect(read(text).x).toEqual({ dtype: 'uint8', shape: [2, 1], data: Uint8Array.of(1, 2) });
});

test('texts are UTF-8, or base64 of any bytes', () => {
  expect(read('["ä", {"b64": "/w=="}]').array).toEqual({
    dtype: 'string',
    shape: [2],
    data: [Uint8Array.of(0xc3, 0xa4), Uint8Array.of(0xff)],
  });
});

test('what is no array is an error that names its place [SavedModelCLITestCase.testInputPreProcessErrorBadFormat] [SavedModelCLITestCase.testInputPreprocessExampleWithCodeInjection]', () => {
  const cases = [
    ['{"x": [[1, 2], [3]]}', 'x[1]: expected a list of 2 like the first one, found a list of 1'],
    ['{"x": [1, "two"]}', 'x: numbers, booleans and texts are mixed'],
    ['{"x": [1, null]}', 'x[1]: expected a number, a boolean or text, found null'],
    ['{"x": [[1], 2]}', 'x[1]: expected a list of 1 like the first one, found no list'],
    ['{"x": [99999999999999999999]}', 'x: 99999999999999999999 does not fit int64'],
    [
      '{"x": {"dtype": "int8", "shape": [3], "data": [1]}}',
      'x: 1 elements do not fill the shape [3]',
    ],
    ['{"x": {"dtype": "qint8", "shape": [1], "data": [1]}}', 'x.dtype: "qint8" is no dtype'],
    ['{"x": {"dtype": "int8", "shape": [1], "data": [300]}}', 'does not fit int8'],
    ['{"instances": [{"a": 1}, {"b": 2}]}', 'instances[1]: expected an object with "a"'],
    ['{"instances": 3}', 'instances: expected a list'],
  ] as const;
  for (const [text, message] of cases) {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(
      expect.objectContaining({ name: expect.stringMatching(/Error$/) }),
    );
  }
});

test('what is printed can be read by any parser, and back', () => {
  const tensors: readonly Tensor[] = [
    { dtype: 'float32', shape: [2, 2], data: Float32Array.of(0.5, NaN, -Infinity, 3) },
    { dtype: 'int64', shape: [2], data: BigInt64Array.of(5n, 2n ** 62n) },
    { dtype: 'string', shape: [1], data: [Uint8Array.of(0xff)] },
    { dtype: 'bool', shape: [1, 1], data: Uint8Array.of(1) },
  ];
  expect(tensors.map((tensor) => JSON.parse(printJson(tensorToJson(tensor))))).toEqual([
    [
      [0.5, 'NaN'],
      ['-Infinity', 3],
    ],
    [5, '4611686018427387904'],
    [{ b64: '/w==' }],
    [[true]],
  ]);
});

test('empty axes, scalars and complex numbers keep their shape in JSON', () => {
  expect(tensorToJson({ dtype: 'float32', shape: [2, 0], data: new Float32Array() })).toEqual([
    [],
    [],
  ]);
  expect(tensorToJson({ dtype: 'int8', shape: [], data: Int8Array.of(3) })).toBe(3);
  const complex: Tensor = { dtype: 'complex64', shape: [2], data: Float32Array.of(1, 2, 3, 4) };
  expect(tensorToJson(complex)).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
