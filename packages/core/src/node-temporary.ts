import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

// .<name>.km-tmp-<host>-<pid>-<random>: hidden, recognisable, and tells who made it.
const PATTERN = /^\..+\.km-(?:tmp|new|old)-([0-9a-z]+)-([0-9]+)-[0-9a-f]{12}$/s;
const STALE_MS = 24 * 60 * 60 * 1000;
const MAX_NAME = 120;
const live = new Set<string>();

/** What a temporary sibling is for: being written, complete, or replaced. */
export type TemporaryKind = 'tmp' | 'new' | 'old';

/** Names an unused sibling of a path and keeps it safe from `removeStale` until `release`. */
export function temporarySibling(path: string, kind: TemporaryKind): string {
  const tail = `${hostTag()}-${process.pid}-${randomBytes(6).toString('hex')}`;
  const sibling = join(dirname(path), `${temporaryPrefix(path, kind)}${tail}`);
  live.add(sibling);
  return sibling;
}

/** Start of the names of the temporary siblings of a path. */
export function temporaryPrefix(path: string, kind: TemporaryKind): string {
  return `.${basename(path).slice(0, MAX_NAME)}.km-${kind}-`;
}

/** Tells that a temporary sibling is no longer in use. */
export function release(sibling: string): void {
  live.delete(sibling);
}

/** True for the name of a temporary file or directory of a save. */
export function isTemporaryName(name: string): boolean {
  return PATTERN.test(name);
}

/** Removes what saves that were killed left in a directory; files of running saves stay. */
export async function removeStale(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names) {
    const path = join(directory, name);
    if (await isStale(name, path)) await rm(path, { recursive: true, force: true });
  }
}

async function isStale(name: string, path: string): Promise<boolean> {
  const match = PATTERN.exec(name);
  if (match === null || live.has(path)) return false;
  const [, host, pid] = match;
  if (host === hostTag() && !isRunning(Number(pid))) return true;
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > STALE_MS;
}

function isRunning(pid: number): boolean {
  // A temporary of this process that is not live comes from an earlier one of the same number.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function hostTag(): string {
  let hash = 0;
  for (const char of hostname()) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash.toString(36);
}
