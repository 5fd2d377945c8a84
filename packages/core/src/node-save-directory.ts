import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IoError, type ReadOptions } from '@km/core';
import { ioError, isMissing, statFile } from './node-file-source.ts';
import { type FileStore, fileStore } from './node-file-store.ts';
import { recoverDirectory } from './node-recover.ts';
import { release, removeStale, temporarySibling } from './node-temporary.ts';
import { resolvedPath, syncDirectory } from './node-write-file.ts';

/** How a directory is saved. */
export interface SaveDirectoryOptions extends ReadOptions {
  /** Waits until all bytes are on the disk before the directory gets its name; true unless set. */
  readonly sync?: boolean;
}

/**
 * Saves a directory whole or not at all: `write` fills a temporary sibling, which then takes the place of `path`.
 * A directory that was there before stays until the new one is complete, and is then removed with all it holds.
 * Replacing takes two renames; a crash between them leaves the new directory under a temporary name, from which
 * `recoverDirectory`, the next save, or opening the path with `fileStore` brings it back.
 * @throws IoError when the disk fails or `path` is a file; what `write` throws; the signal's reason when it is aborted.
 */
export async function saveDirectory(
  path: string | URL,
  write: (store: FileStore) => Promise<void>,
  options: SaveDirectoryOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  const target = await resolvedPath(typeof path === 'string' ? path : fileURLToPath(path));
  const sync = options.sync ?? true;
  const parent = dirname(target);
  await mkdir(parent, { recursive: true }).catch((error) => {
    throw ioError(error, parent);
  });
  await recoverDirectory(target);
  await removeStale(parent);
  await refuseFile(target);
  const draft = temporarySibling(target, 'tmp');
  const complete = temporarySibling(target, 'new');
  try {
    await mkdir(draft);
    await write(fileStore(draft, { sync }));
    options.signal?.throwIfAborted();
    if (sync) await syncTree(draft);
    await rename(draft, complete);
    if (sync) await syncDirectory(parent);
    await replaceDirectory(target, complete);
    if (sync) await syncDirectory(parent);
  } finally {
    await rm(draft, { recursive: true, force: true });
    release(draft);
    release(complete);
  }
}

/** Puts a complete directory in the place of another; a failure leaves the other in its place. */
async function replaceDirectory(target: string, complete: string): Promise<void> {
  const old = temporarySibling(target, 'old');
  try {
    // No system call swaps two directories everywhere; synchronous calls keep the gap to microseconds.
    const replaced = renamed(target, old);
    if (!renamed(complete, target) && !existsSync(target)) {
      throw new Error('its temporary directory was removed meanwhile');
    }
    if (replaced) await rm(old, { recursive: true, force: true });
  } catch (error) {
    if (!existsSync(target)) renamed(old, target);
    await rm(complete, { recursive: true, force: true });
    throw ioError(error, target);
  } finally {
    release(old);
  }
}

/** Renames a directory; false when it is not there. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function refuseFile(target: string): Promise<void> {
  const stats = await statFile(target);
  if (stats === undefined || stats.isDirectory()) return;
  throw new IoError(`${target} is a file, not a directory; remove it or choose another path.`, {
    source: target,
  });
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncTree(join(directory, entry.name));
  }
  await syncDirectory(directory);
}
