import { crc32c, maskCrc } from '../src/crc32c.ts';
import { crcTables, updateCrc } from '../src/crc32c-scalar.ts';
import { simdCrc } from '../src/crc32c-simd.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 21);
}

test('the checksum equals the published values', () => {
  expect(crc32c(text('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

test('the mask of no bytes is the one that stands in files', () => {
  expect(maskCrc(0)).toBe(0xa282ead8);
});

test('a checksum can be continued', () => {
  const bytes = noise(5000);
  for (const cut of [0, 1, 127, 600, 4999]) {
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
  }
});

test('the kernel and the tables agree at every length and offset', () => {
  const kernel = simdCrc();
  const bytes = noise(1200);
  for (let length = 0; length < 1100; length += 7) {
    const part = bytes.subarray(length % 16, (length % 16) + length);
    expect(kernel?.(~7, part)).toBe(updateCrc(crcTables(), ~7, part));
  }
});

test('the kernel and the tables agree beyond the memory of the kernel', () => {
  const bytes = noise(600_001);
  expect(simdCrc()?.(-1, bytes)).toBe(updateCrc(crcTables(), -1, bytes));
});
