import {
  bfloat16ToNumber,
  float16ToNumber,
  float32ToHalf,
  halfToFloat32,
  numberToBfloat16,
  numberToFloat16,
} from '@km/core';
import fc from 'fast-check';

const scratch = new DataView(new ArrayBuffer(4));

test('every float16 survives the way through a number', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = float16ToNumber(bits);
    const expected = Number.isNaN(value) ? 0x7e00 : bits;
    if (numberToFloat16(value) !== expected) throw new Error(`0x${bits.toString(16)}`);
  }
  expect(float16ToNumber(0x7bff)).toBe(65504);
});

test('every bfloat16 survives the way through a number', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = bfloat16ToNumber(bits);
    const expected = Number.isNaN(value) ? 0x7fc0 : bits;
    if (numberToBfloat16(value) !== expected) throw new Error(`0x${bits.toString(16)}`);
  }
  expect(bfloat16ToNumber(0x3f80)).toBe(1);
});

test('float16 rounds to the nearest neighbour, ties to even', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7bfe }), fc.boolean(), (bits, negative) => {
      const sign = negative ? -1 : 1;
      const signBit = negative ? 0x8000 : 0;
      const low = float16ToNumber(bits);
      const high = float16ToNumber(bits + 1);
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      expect(numberToFloat16(sign * middle)).toBe(signBit | even);
      expect(numberToFloat16(sign * (low * 0.51 + high * 0.49))).toBe(signBit | bits);
      expect(numberToFloat16(sign * (low * 0.49 + high * 0.51))).toBe(signBit | (bits + 1));
    }),
  );
});

test('bfloat16 rounds like the upper half of a float32, ties to even', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      scratch.setFloat32(0, value);
      const bits = scratch.getUint32(0);
      const expected = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
      expect(numberToBfloat16(value)).toBe(expected);
    }),
  );
});

test.each([
  ['float16', numberToFloat16, 65519.99, 0x7bff],
  ['float16', numberToFloat16, 65520, 0x7c00],
  ['float16', numberToFloat16, -Infinity, 0xfc00],
  ['float16', numberToFloat16, 2 ** -25, 0],
  ['float16', numberToFloat16, 2 ** -25 * 1.0001, 1],
  ['float16', numberToFloat16, -0, 0x8000],
  ['bfloat16', numberToBfloat16, 3.4e38, 0x7f80],
  ['bfloat16', numberToBfloat16, 3.39e38, 0x7f7f],
  ['bfloat16', numberToBfloat16, -Infinity, 0xff80],
  ['bfloat16', numberToBfloat16, -0, 0x8000],
] as const)('%s of the edge case %p', (_name, convert, value, bits) => {
  expect(convert(value)).toBe(bits);
});

test.each([
  ['float16', numberToFloat16, float16ToNumber],
  ['bfloat16', numberToBfloat16, bfloat16ToNumber],
] as const)('%s arrays are converted like single numbers', (dtype, encode, decode) => {
  const words = fc.uint32Array({ minLength: 1, maxLength: 50 });
  const near = fc.array(fc.float({ min: -70_000, max: 70_000 }));
  const tiny = fc.array(fc.float({ min: -(2 ** -13), max: 2 ** -13 }));
  const floats = fc.oneof(
    words.map((array) => new Float32Array(array.buffer)),
    fc.oneof(near, tiny).map((array) => Float32Array.from(array)),
  );
  fc.assert(
    fc.property(floats, (values) => {
      const bits = float32ToHalf(values, dtype);
      expect([...bits]).toEqual(Array.from(values, encode));
      expect([...halfToFloat32(bits, dtype)]).toEqual(Array.from(bits, decode));
    }),
    { numRuns: 500 },
  );
});
