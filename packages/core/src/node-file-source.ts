import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  type ByteSource,
  checkRead,
  fieldOf,
  IoError,
  messageOf,
  NotFoundError,
  progressOf,
  type ReadOptions,
  TruncatedError,
} from '@km/core';

/** Bytes of one call; fewer when somebody watches the progress. */
const STEP_BYTES = 64 * 1024 * 1024;
const WATCHED_STEP_BYTES = 8 * 1024 * 1024;

/**
 * Makes a source of a local file; the file is opened for each read and closed after it.
 * @throws NotFoundError when there is no such file; IoError when it cannot be read or is a directory.
 */
export async function fileSource(path: string | URL, options?: ReadOptions): Promise<ByteSource> {
  options?.signal?.throwIfAborted();
  const file = typeof path === 'string' ? path : fileURLToPath(path);
  const stats = await statFile(file);
  if (stats === undefined) {
    throw new NotFoundError(`There is no file ${file}; check the path.`, { source: file });
  }
  if (!stats.isFile()) throw new IoError(`${file} is not a regular file.`, { source: file });
  return openedSource(file, stats.size);
}

/** Stats a path; resolves to `undefined` when nothing is there. */
export async function statFile(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw ioError(error, file);
  }
}

/** True for the error of a path that leads to nothing. */
export function isMissing(error: unknown): boolean {
  const code = fieldOf(error, 'code');
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Wraps an error of the file system. */
export function ioError(error: unknown, file: string): IoError {
  return new IoError(`${file}: ${messageOf(error)}`, { source: file, cause: error });
}

/** Makes a source of a file of known size. */
export function openedSource(file: string, byteLength: number): ByteSource {
  const source: ByteSource = {
    name: file,
    byteLength,
    async read(start, end, options) {
      checkRead(source, start, end, options);
      // Not zero-filled, not from the shared pool: large reads are as fast as the disk and aligned.
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
      await readFile(file, bytes, start, options);
      return bytes;
    },
    async readInto(target, start, options) {
      checkRead(source, start, start + target.length, options);
      await readFile(file, target, start, options);
    },
  };
  return source;
}

async function readFile(
  file: string,
  bytes: Uint8Array,
  start: number,
  options: ReadOptions | undefined,
): Promise<void> {
  if (bytes.length === 0) return;
  const handle = await open(file, 'r').catch((error) => {
    throw ioError(error, file);
  });
  try {
    await fill(handle, bytes, start, file, options);
  } finally {
    await handle.close();
  }
}

async function fill(
  handle: FileHandle,
  bytes: Uint8Array,
  start: number,
  file: string,
  options: ReadOptions | undefined,
): Promise<void> {
  const advance = progressOf(options, `reading ${file}`, bytes.length);
  const most = options?.onProgress === undefined ? STEP_BYTES : WATCHED_STEP_BYTES;
  const readFrom = async (done: number): Promise<number> => {
    const length = Math.min(most, bytes.length - done);
    if (length === 0) return 0;
    const { bytesRead } = await handle.read(bytes, done, length, start + done).catch((error) => {
      throw ioError(error, file);
    });
    if (bytesRead > 0) return bytesRead;
    throw new TruncatedError(
      `${file} ended at byte ${start + done} while bytes up to ${start + bytes.length} were read; it changed meanwhile.`,
      { source: file, offset: start + done },
    );
  };
  let step = readFrom(0);
  for (let done = 0; done < bytes.length; ) {
    const count = await step;
    done += count;
    // Who hears of the progress works on these bytes while the next ones come.
    step = readFrom(done);
    step.catch(() => undefined);
    advance(count);
  }
}
