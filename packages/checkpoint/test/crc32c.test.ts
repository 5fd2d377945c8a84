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
  const bytes = noise(9000);
  for (let length = 0; length < 8900; length += length < 3300 || length > 3500 ? 331 : 1) {
    const part = bytes.subarray(length % 16, (length % 16) + length);
    expect(kernel?.(~7, part)).toBe(updateCrc(crcTables(), ~7, part));
  }
});

test('the kernel and the tables agree around the size of the memory of the kernel', () => {
  const bytes = noise(2 * 524_288 + 4000);
  for (const length of [524_287, 524_288, 524_289, 524_288 + 3380, 2 * 524_288, bytes.length]) {
    const part = bytes.subarray(0, length);
    expect(simdCrc()?.(-1, part)).toBe(updateCrc(crcTables(), -1, part));
  }
});
