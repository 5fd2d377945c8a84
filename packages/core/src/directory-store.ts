import { blobSource } from './blob-source.ts';
import { fieldOf, IoError, LimitError, messageOf } from './errors.ts';
import { checkKey, compareKeys } from './key.ts';
import { MAX_RECURSION } from './limits.ts';
import { progressOf } from './progress.ts';
import type { ByteChunks, ReadOptions, WriteOptions } from './source.ts';
import type { Store } from './store.ts';

/** What a directory store needs of a `FileSystemFileHandle`. */
export interface FileHandleLike {
  readonly kind: 'file';
  getFile(): Promise<Blob>;
  createWritable(): Promise<{
    write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
  }>;
}

/** What a directory store needs of a `FileSystemDirectoryHandle`, as the origin-private file system has it. */
export interface DirectoryHandleLike {
  readonly kind: 'directory';
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<DirectoryHandleLike>;
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandleLike>;
  removeEntry(name: string): Promise<void>;
  entries(): AsyncIterable<[string, DirectoryHandleLike | FileHandleLike]>;
}

/** Makes a store of the files below a directory handle; a file is replaced when it was written whole. */
export function directoryStore(root: DirectoryHandleLike): Store {
  return {
    async open(key, options) {
      options?.signal?.throwIfAborted();
      const file = await ifPresent(findFile(root, checkKey(key)), key);
      return file && blobSource(file, key);
    },
    async *list(prefix, options) {
      const keys: string[] = [];
      for await (const key of walk(root, '', 0, options)) {
        if (key.startsWith(prefix)) keys.push(key);
      }
      yield* keys.sort(compareKeys);
    },
    async write(key, chunks, options) {
      const [parents, name] = splitKey(checkKey(key));
      options?.signal?.throwIfAborted();
      const directory = await io(descend(root, parents, true), key);
      const existed = (await ifPresent(directory.getFileHandle(name), key)) !== undefined;
      const handle = await io(directory.getFileHandle(name, { create: true }), key);
      try {
        await writeFile(handle, key, chunks, options);
      } catch (error) {
        // Making the handle made an empty file.
        if (!existed) await directory.removeEntry(name).catch(() => undefined);
        throw error;
      }
    },
    async delete(key, options) {
      options?.signal?.throwIfAborted();
      const [parents, name] = splitKey(checkKey(key));
      const directory = await ifPresent(descend(root, parents, false), key);
      if (directory) await ifPresent(directory.removeEntry(name), key);
    },
  };
}

function splitKey(key: string): [string[], string] {
  const parts = key.split('/');
  return [parts.slice(0, -1), parts.at(-1) ?? key];
}

async function descend(
  root: DirectoryHandleLike,
  parents: readonly string[],
  create: boolean,
): Promise<DirectoryHandleLike> {
  let directory = root;
  for (const name of parents) directory = await directory.getDirectoryHandle(name, { create });
  return directory;
}

async function findFile(root: DirectoryHandleLike, key: string): Promise<Blob> {
  const [parents, name] = splitKey(key);
  const directory = await descend(root, parents, false);
  return (await directory.getFileHandle(name)).getFile();
}

async function writeFile(
  handle: FileHandleLike,
  key: string,
  chunks: ByteChunks,
  options: WriteOptions | undefined,
): Promise<void> {
  const writable = await io(handle.createWritable(), key);
  const advance = progressOf(options, `writing ${key}`, options?.byteLength);
  try {
    for await (const chunk of chunks) {
      advance(0);
      await io(writable.write(Uint8Array.from(chunk)), key);
      advance(chunk.length);
    }
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
    throw error;
  }
  await io(writable.close(), key);
}

async function* walk(
  directory: DirectoryHandleLike,
  path: string,
  depth: number,
  options: ReadOptions | undefined,
): AsyncGenerator<string, void, undefined> {
  if (depth > MAX_RECURSION) {
    throw new LimitError(`Folders nest deeper than ${MAX_RECURSION} below ${path}.`);
  }
  for await (const [name, handle] of directory.entries()) {
    options?.signal?.throwIfAborted();
    if (handle.kind === 'file') yield path + name;
    else yield* walk(handle, `${path}${name}/`, depth + 1, options);
  }
}

/** Resolves to `undefined` when a handle is not there or is of the other kind. */
async function ifPresent<T>(found: Promise<T>, key: string): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    const name = fieldOf(error, 'name');
    if (name === 'NotFoundError' || name === 'TypeMismatchError') return undefined;
    throw ioError(error, key);
  }
}

async function io<T>(result: Promise<T>, key: string): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw ioError(error, key);
  }
}

function ioError(error: unknown, key: string): IoError {
  return new IoError(`${key}: ${messageOf(error)}`, { source: key, cause: error });
}
