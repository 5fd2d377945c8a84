import { type ByteSource, memorySource } from '@km/core';
import { crc32c } from '../src/crc32c.ts';
import { readWithCrc } from '../src/read-with-crc.ts';

const MEGABYTE = 1024 * 1024;

function patterned(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 997) bytes[index] = index % 251;
  return bytes;
}

/** A source that fills memory in steps, of which it tells so much. */
function filling(bytes: Uint8Array, told: readonly number[]): ByteSource {
  const source = memorySource(bytes);
  return {
    ...source,
    async readInto(target, start, options) {
      let filled = 0;
      for (const done of told) {
        target.set(bytes.subarray(start + filled, start + done), filled);
        filled = done;
        options?.onProgress?.({ stage: 'reading', done });
      }
      target.set(bytes.subarray(start + filled, start + target.length), filled);
    },
  };
}

test.each([[[8, 16, 20]], [[7]], [[]]])(
  'a long tensor is checked as it comes, of which %p megabytes are told',
  async (megabytes) => {
    const bytes = patterned(20 * MEGABYTE + 5);
    const told = megabytes.map((count) => count * MEGABYTE);
    const done: number[] = [];
    const onProgress = (progress: { done: number }): number => done.push(progress.done);
    const read = await readWithCrc(filling(bytes, told), 3, 20 * MEGABYTE, { onProgress });
    expect(Buffer.compare(read.bytes, bytes.subarray(3, 3 + 20 * MEGABYTE))).toBe(0);
    expect(read.crc).toBe(crc32c(read.bytes));
    expect(done).toEqual(told.at(-1) === 20 * MEGABYTE ? told : [...told, 20 * MEGABYTE]);
  },
);

test('a failure in the middle is the failure of the read', async () => {
  const bytes = patterned(20 * MEGABYTE);
  const source: ByteSource = {
    ...memorySource(bytes),
    readInto: async () => {
      throw new Error('the disk is gone');
    },
  };
  await expect(readWithCrc(source, 0, bytes.length, undefined)).rejects.toThrow('the disk is gone');
});
