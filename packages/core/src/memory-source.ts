import { checkRead } from './range.ts';
import type { ByteSource } from './source.ts';

/** Makes a source of bytes in memory; what it reads shares their memory. */
export function memorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  const source: ByteSource = {
    name,
    byteLength: bytes.length,
    async read(start, end, options) {
      checkRead(source, start, end, options);
      options?.onProgress?.({ stage: `reading ${name}`, done: end - start, total: end - start });
      return bytes.subarray(start, end);
    },
  };
  return source;
}
