import { isKmError } from '@km/core';
import {
  floatMarks,
  type JsonValue,
  markFloats,
  parseConfig,
  printConfig,
  pythonFloat,
} from '@km/keras-config';
import fc from 'fast-check';

const LINES = [
  '{"units": 1, "rate": 1.0, "seed": null}',
  '[1, 1.0, -0.0, 0, 1e-07, 1e+16, 123456789.125, 0.0001, 1e-05]',
  '[NaN, Infinity, -Infinity]',
  '{"learning_rate": 0.0010000000474974513, "l2": 0.009999999776482582}',
  '[9007199254740993, -18446744073709551616]',
  '"\\u00e9\\ud83d\\ude00 \\"\\\\\\n\\r\\t\\f\\b\\u0000\\u007f/"',
  '{"__proto__": {"constructor": 1}, "": []}',
  '[[], {}, [{"a": [1.0, {"b": 2.0}]}]]',
  'true',
  '"\\ud800"',
];

test.each(LINES)('%s prints back as it was written', (line) => {
  expect(printConfig(parseConfig(line))).toBe(line);
});

test('what Python would print differently is normalised as Python does it', () => {
  expect(printConfig(parseConfig(' [ 1E3 ,-0, 1.50, "\\/" ] '))).toBe('[1000.0, 0, 1.5, "/"]');
});

test('of equal keys the last one counts, and whether it is a float', () => {
  expect(printConfig(parseConfig('{"a": 1.0, "b": 2, "a": 3, "b": 4.0}'))).toBe(
    '{"a": 3, "b": 4.0}',
  );
});

test('consumers see plain numbers, and only the printer knows of the floats', () => {
  const value = parseConfig('{"rate": 1.0, "list": [2.0]}');
  expect(value).toEqual({ rate: 1, list: [2] });
  expect(Object.keys(value as object)).toEqual(['rate', 'list']);
  expect(floatMarks(value as object)).toEqual(new Set(['rate']));
});

test('a key of a file never reaches a prototype', () => {
  const value = parseConfig('{"__proto__": {"polluted": true}}');
  expect(Object.getPrototypeOf(value)).toBeNull();
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('in objects made in code, arguments that Keras writes as floats get their point', () => {
  expect(printConfig({ rate: 1, units: 1 })).toBe('{"rate": 1.0, "units": 1}');
  expect(printConfig({ rate: 1, units: 1 }, { floatKeys: new Set(['units']) })).toBe(
    '{"rate": 1, "units": 1.0}',
  );
  expect(printConfig(markFloats({ scale: 2 }, ['scale']))).toBe('{"scale": 2.0}');
});

test('a parsed integer stays an integer under the name of a float argument', () => {
  expect(printConfig(parseConfig('{"rate": 1}'))).toBe('{"rate": 1}');
});

test('indented text is that of json.dumps with indent', () => {
  expect(printConfig({ a: [1, {}], b: [] }, { indent: 2 })).toBe(
    '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}',
  );
});

test.each([
  [1, '1.0'],
  [-1.5, '-1.5'],
  [1e-7, '1e-07'],
  [1.5e-7, '1.5e-07'],
  [1e22, '1e+22'],
  [1e15, '1000000000000000.0'],
  [0.0001, '0.0001'],
  [5e-324, '5e-324'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
])('the float %p is %s in Python', (value, text) => {
  expect(pythonFloat(value)).toBe(text);
});

test('every JSON value survives printing and parsing', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { value: tree } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value'), { noNullPrototype: false }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const text = printConfig(value, { floatKeys: new Set() });
      const parsed = parseConfig(text);
      expect(printConfig(parsed)).toBe(text);
      expect(plain(parsed)).toEqual(plain(value));
    }),
  );
});

/** The same value with ordinary prototypes, for comparing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, member]) => [key, plain(member)]);
}

test.each([
  ['', 'KM_MALFORMED', ''],
  ['{"a": [1, 2', 'KM_MALFORMED', 'a'],
  ['{"a": {"b": [1, x]}}', 'KM_MALFORMED', 'a.b[1]'],
  ['{"a" 1}', 'KM_MALFORMED', ''],
  ['{a: 1}', 'KM_MALFORMED', ''],
  ['[1,]', 'KM_MALFORMED', '[1]'],
  ['[01]', 'KM_MALFORMED', ''],
  ['"\\x"', 'KM_MALFORMED', ''],
  ['"\\u12g4"', 'KM_MALFORMED', ''],
  ['"a\nb"', 'KM_MALFORMED', ''],
  ['"open', 'KM_MALFORMED', ''],
  ['{} {}', 'KM_MALFORMED', ''],
  ['version https://git-lfs.github.com/spec/v1', 'KM_MALFORMED', ''],
  ['['.repeat(101), 'KM_LIMIT', '[0]'.repeat(100)],
  ['9'.repeat(5000), 'KM_LIMIT', ''],
] as const)('the text %j is refused with its place', (text, code, path) => {
  const error = caught(() => parseConfig(text, { source: 'model_config' }));
  expect(isKmError(error, code)).toBe(true);
  expect(error).toMatchObject({ path, source: 'model_config' });
});

test('values without JSON form are the error of the caller and name their path', () => {
  expect(() => printConfig({ config: { units: undefined } })).toThrow(
    new TypeError('config.units is undefined, which JSON does not have.'),
  );
  expect(() => printConfig({ a: new Map() })).toThrow(TypeError);
  const loop: unknown[] = [];
  loop.push(loop);
  expect(() => printConfig(loop)).toThrow(RangeError);
});

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
