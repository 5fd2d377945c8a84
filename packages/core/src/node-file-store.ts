import { appendFile, mkdir, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkKey, compareKeys, type ReadOptions, type Store } from '@km/core';
import { ioError, isMissing, openedSource, statFile } from './node-file-source.ts';
import { recoverDirectory } from './node-recover.ts';
import { isTemporaryName, removeStale } from './node-temporary.ts';
import { linkFileAtomically, writeFileAtomically } from './node-write-file.ts';

/** How a file store writes. */
export interface FileStoreOptions {
  /** Waits until the bytes of each object are on the disk before it gets its name; true unless set. */
  readonly sync?: boolean;
}

/** A store of the files below a directory. */
export interface FileStore extends Store {
  /** The directory. */
  readonly root: string;
  list(prefix: string, options?: ReadOptions): AsyncIterable<string>;
  append(key: string, bytes: Uint8Array, options?: ReadOptions): Promise<void>;
  delete(key: string, options?: ReadOptions): Promise<void>;
  copy(from: string, to: string, options?: ReadOptions): Promise<void>;
}

/**
 * Makes a store of the files below a directory, which need not exist before the first write.
 * An object is written to a temporary sibling, flushed, and renamed: it is there whole or not at all.
 */
export function fileStore(root: string | URL, storeOptions: FileStoreOptions = {}): FileStore {
  const directory = typeof root === 'string' ? root : fileURLToPath(root);
  const sync = storeOptions.sync ?? true;
  const cleaned = new Set<string>();
  const pathOf = (key: string): string => join(directory, ...checkKey(key).split('/'));
  return {
    root: directory,
    async open(key, options) {
      options?.signal?.throwIfAborted();
      const file = pathOf(key);
      let stats = await statFile(file);
      if (stats === undefined && (await recoverDirectory(directory))) stats = await statFile(file);
      return stats?.isFile() ? openedSource(file, stats.size) : undefined;
    },
    async *list(prefix, options) {
      options?.signal?.throwIfAborted();
      yield* (await listFiles(directory, prefix)).sort(compareKeys);
    },
    async write(key, chunks, options) {
      const file = pathOf(key);
      const parent = dirname(file);
      options?.signal?.throwIfAborted();
      await mkdir(parent, { recursive: true }).catch((error) => {
        throw ioError(error, parent);
      });
      if (!cleaned.has(parent)) await removeStale(parent);
      cleaned.add(parent);
      await writeFileAtomically(file, chunks, { ...options, sync });
    },
    async append(key, bytes, options) {
      const file = pathOf(key);
      options?.signal?.throwIfAborted();
      try {
        await mkdir(dirname(file), { recursive: true });
        await appendFile(file, bytes);
      } catch (error) {
        throw ioError(error, file);
      }
    },
    async delete(key, options) {
      options?.signal?.throwIfAborted();
      const file = pathOf(key);
      await unlink(file).catch((error) => {
        if (!isMissing(error)) throw ioError(error, file);
      });
    },
    async copy(from, to, options) {
      options?.signal?.throwIfAborted();
      await linkFileAtomically(pathOf(from), pathOf(to), sync);
    },
  };
}

/** Keys of the files that start with a prefix; only directories that may hold some are read. */
async function listFiles(directory: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const folder = prefix.split('/').slice(0, -1);
  if (folder.some((part) => part === '' || part === '.' || part === '..')) return keys;
  const pending: string[][] = [folder];
  for (let parts = pending.pop(); parts !== undefined; parts = pending.pop()) {
    for (const entry of await entriesOf(join(directory, ...parts))) {
      const path = [...parts, entry];
      if (isTemporaryName(entry) || !path.join('/').startsWith(prefix)) continue;
      const stats = await statFile(join(directory, ...path));
      if (stats?.isDirectory()) pending.push(path);
      else if (stats?.isFile()) keys.push(path.join('/'));
    }
  }
  return keys;
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw ioError(error, directory);
  }
}
