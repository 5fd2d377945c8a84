import { ByteReader, checkedAdd, checkedMultiply, checkedNumber, fieldOf } from '@km/core';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return fieldOf(error, 'code');
  }
  return undefined;
}

test('little-endian values are read one after the other', () => {
  const reader = new ByteReader(
    Uint8Array.of(1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 8, 7),
    'file',
  );
  expect([reader.uint8(), reader.uint16(), reader.uint32(), reader.uint64()]).toEqual([1, 2, 3, 4]);
  reader.skip(1);
  expect([...reader.take(2)]).toEqual([8, 7]);
  expect(reader.remaining).toBe(0);
});

test('a read beyond the end names file and offset and does not move', () => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3), 'model.index');
  reader.skip(1);
  expect(() => reader.uint32()).toThrow(/^model.index ends after 2 of 4 bytes needed at offset 1/);
  expect(reader.position).toBe(1);
});

test.each([-1, Number.NaN, 4, 2 ** 60])('taking %p of 3 bytes is refused', (length) => {
  expect(codeOf(() => new ByteReader(new Uint8Array(3)).take(length))).toBe('KM_TRUNCATED');
});

test.each([-1, 0.5, 4])('seeking to %p of 3 bytes is refused', (position) => {
  expect(codeOf(() => new ByteReader(new Uint8Array(3)).seek(position))).toBe('KM_TRUNCATED');
});

test.each([
  [[0x00], 0n],
  [[0x7f], 127n],
  [[0x80, 0x01], 128n],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 2n ** 64n - 1n],
])('the varint %p is %p', (bytes, value) => {
  expect(new ByteReader(Uint8Array.from(bytes)).bigVarint()).toBe(value);
});

test.each([
  ['that never ends', Array(12).fill(0x80), 'KM_MALFORMED'],
  ['beyond 64 bits', [...Array(9).fill(0xff), 0x02], 'KM_MALFORMED'],
  ['that is cut', [0x80], 'KM_TRUNCATED'],
  ['beyond 2^53 as a number', [...Array(8).fill(0xff), 0x7f], 'KM_LIMIT'],
])('a varint %s is refused', (_name, bytes, code) => {
  expect(codeOf(() => new ByteReader(Uint8Array.from(bytes)).varint())).toBe(code);
});

test('sizes are added and multiplied with overflow checks', () => {
  expect(checkedAdd(2, 3)).toBe(5);
  expect(checkedMultiply(2, 3)).toBe(6);
  expect(codeOf(() => checkedAdd(Number.MAX_SAFE_INTEGER, 1))).toBe('KM_LIMIT');
  expect(codeOf(() => checkedMultiply(2 ** 27, 2 ** 27))).toBe('KM_LIMIT');
  expect(codeOf(() => checkedAdd(-1, 2))).toBe('KM_MALFORMED');
  expect(codeOf(() => checkedNumber(2n ** 53n))).toBe('KM_LIMIT');
  expect(codeOf(() => checkedNumber(-1n))).toBe('KM_MALFORMED');
});
