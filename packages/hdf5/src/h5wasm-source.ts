import { type ByteSource, checkRead, IoError } from '@km/core';
import { h5wasmOf } from './h5wasm.ts';
import type { H5WasmFile } from './h5wasm-file.ts';

/**
 * Makes a source of the bytes of an open h5wasm `File`, flushing it first unless it was opened for reading.
 * Values go from its file system to the reader of this package, without passing through HDF5's conversions.
 * @throws IoError when the file is closed or cannot be read.
 */
export async function h5wasmSource(file: H5WasmFile): Promise<ByteSource> {
  const { module } = await h5wasmOf(file);
  const name = file.filename;
  const attempt = <T>(what: string, action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new IoError(`h5wasm cannot ${what} ${name}: ${reason}`, { source: name, cause });
    }
  };
  if (file.mode !== 'r' && file.mode !== 'Sr') attempt('flush', () => file.flush());
  const source: ByteSource = {
    name,
    byteLength: attempt('find', () => module.FS.stat(name).size),
    async read(start, end, options) {
      checkRead(source, start, end, options);
      const bytes = new Uint8Array(end - start);
      attempt('read', () => {
        const stream = module.FS.open(name, 'r');
        try {
          let done = 0;
          while (done < bytes.length) {
            const read = module.FS.read(stream, bytes, done, bytes.length - done, start + done);
            if (read <= 0) throw new Error(`it ended at byte ${start + done}`);
            done += read;
          }
        } finally {
          module.FS.close(stream);
        }
      });
      options?.onProgress?.({ stage: `reading ${name}`, done: bytes.length, total: bytes.length });
      return bytes;
    },
  };
  return source;
}
