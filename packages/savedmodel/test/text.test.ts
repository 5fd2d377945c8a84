import { isKmError } from '@km/core';
import { decodeProto } from '@km/proto';
import { AttrValue, NodeDef, StructuredValue, TensorProto } from '@km/proto/saved-model';
import { encodeText } from '../src/text/encode-text.ts';

function tensor(text: string): TensorProto {
  return decodeProto(TensorProto, encodeText(text, 'TensorProto', 'test'));
}

test('numbers are read in every form that the text format has', () => {
  expect(tensor('float_val: 1.5 float_val: -2e3f float_val: .5 float_val: 7').floatVal).toEqual([
    1.5, -2000, 0.5, 7,
  ]);
  expect(tensor('double_val: [inf, -inf, nan, -Infinity]').doubleVal).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ]);
  expect(tensor('int64_val: -9223372036854775808 int64_val: 0x1F int64_val: 010').int64Val).toEqual(
    [-(2n ** 63n), 31n, 8n],
  );
  expect(tensor('bool_val: true bool_val: 0 bool_val: t').boolVal).toEqual([true, false, true]);
  expect(tensor('int_val: - 5').intVal).toEqual([-5]);
  expect(tensor('uint64_val: 18446744073709551615').uint64Val).toEqual([2n ** 64n - 1n]);
});

test('strings are joined and their escapes are bytes', () => {
  const { tensorContent } = tensor(String.raw`tensor_content: "a\n\001\377" '\x41"' "\u00e9é\\"`);
  expect([...tensorContent]).toEqual([97, 10, 1, 255, 0x41, 34, 0xc3, 0xa9, 0xc3, 0xa9, 92]);
});

test('messages, maps, enums and comments are read', () => {
  const text = `# a node
    name: "n" op: "Const"; input: ["a", "^b"],
    attr { key: "dtype" value { type: DT_FLOAT } }
    attr < key: 'n' value: { i: 3 } >`;
  const node = decodeProto(NodeDef, encodeText(text, 'NodeDef', 'test'));
  expect(node).toMatchObject({ name: 'n', op: 'Const', input: ['a', '^b'] });
  expect(node.attr.dtype?.type).toBe(1);
  expect(node.attr.n?.i).toBe(3n);
});

test('zigzag integers of structures keep their sign', () => {
  const value = decodeProto(
    StructuredValue,
    encodeText('int64_value: -7', 'StructuredValue', 'test'),
  );
  expect(value.int64Value).toBe(-7n);
});

test('fields that are not known are skipped', () => {
  const text = 'new_field: 3 new_message { deep { x: "}" } } [a.b/C] { y: 1 } other: FOO i: 5';
  expect(decodeProto(AttrValue, encodeText(text, 'AttrValue', 'test')).i).toBe(5n);
});

test.each([
  ['name: ', 'KM_MALFORMED'],
  ['name "x"', 'KM_MALFORMED'],
  ['name: "open', 'KM_MALFORMED'],
  ['name: "\\q"', 'KM_MALFORMED'],
  ['name: 5', 'KM_MALFORMED'],
  ['attr { key: "a"', 'KM_MALFORMED'],
  ['attr: 5', 'KM_MALFORMED'],
  ['input: ["a" "b"', 'KM_MALFORMED'],
  ['attr { key: "a" value { i: 1.5 } }', 'KM_MALFORMED'],
  ['attr { key: "a" value { type: DT_NONE } }', 'KM_MALFORMED'],
  ['attr { key: "a" value { f: foo } }', 'KM_MALFORMED'],
  ['attr { key: "a" value { b: 2 } }', 'KM_MALFORMED'],
  ['attr { key: "a" value { i: 99999999999999999999999999 } }', 'KM_MALFORMED'],
  ['}', 'KM_MALFORMED'],
  ['x { '.repeat(101), 'KM_LIMIT'],
] as const)('the text %j is refused', (text, code) => {
  let caught: unknown;
  try {
    encodeText(text, 'NodeDef', 'test');
  } catch (error) {
    caught = error;
  }
  expect(isKmError(caught, code)).toBe(true);
});

test('errors name the line', () => {
  expect(() => encodeText('name: "a"\n\nop: 5', 'NodeDef', 'model.pbtxt')).toThrow(
    /^model\.pbtxt, line 3: expected a string in quotes/,
  );
});
