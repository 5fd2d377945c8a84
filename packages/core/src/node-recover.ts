import { readdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ioError, isMissing, statFile } from './node-file-source.ts';
import { temporaryPrefix } from './node-temporary.ts';

/**
 * Brings back a directory whose replacement was interrupted between its two renames; does nothing otherwise.
 * Resolves to true when it was brought back.
 */
export async function recoverDirectory(path: string | URL): Promise<boolean> {
  const target = resolve(typeof path === 'string' ? path : fileURLToPath(path));
  if (await statFile(target)) return false;
  const complete = await completeSibling(target);
  if (complete === undefined) return false;
  try {
    await rename(complete, target);
    return true;
  } catch (error) {
    // Another process brought it back first.
    if (await statFile(target)) return false;
    throw ioError(error, target);
  }
}

async function completeSibling(target: string): Promise<string | undefined> {
  const parent = dirname(target);
  const prefix = temporaryPrefix(target, 'new');
  const names = await readdir(parent).catch((error) => {
    if (isMissing(error)) return [];
    throw ioError(error, parent);
  });
  const name = names.find((candidate) => candidate.startsWith(prefix));
  return name === undefined ? undefined : join(parent, name);
}
