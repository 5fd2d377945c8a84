import { IoError } from './errors.ts';
import { progressOf } from './progress.ts';
import { checkRead } from './range.ts';
import type { ByteSource } from './source.ts';

/** Makes a source of a `Blob` or `File`; only the ranges read are taken into memory. */
export function blobSource(blob: Blob, name: string = fileName(blob)): ByteSource {
  const source: ByteSource = {
    name,
    byteLength: blob.size,
    async read(start, end, options) {
      checkRead(source, start, end, options);
      const bytes = await bytesOf(blob.slice(start, end), name);
      progressOf(options, `reading ${name}`, bytes.length)(bytes.length);
      return bytes;
    },
  };
  return source;
}

async function bytesOf(blob: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new IoError(
      `${name} cannot be read any more; it was changed or removed since it was chosen: choose it again.`,
      { source: name, cause },
    );
  }
}

function fileName(blob: Blob): string {
  return 'name' in blob && typeof blob.name === 'string' ? blob.name : 'blob';
}
