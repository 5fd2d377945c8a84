import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fieldOf } from '@km/core';

// .<name>.km-tmp-<host>-<pid>-<random>: hidden, recognisable, and tells who made it.
const PATTERN = /^\.(.+)\.km-(tmp|new|old)-([0-9a-z]+)-([0-9]+)-[0-9a-f]{12}$/s;
const STALE_MS = 24 * 60 * 60 * 1000;
const MAX_NAME_BYTES = 160;
const live = new Set<string>();

/** What a temporary sibling is for: being written, complete, or replaced. */
export type TemporaryKind = 'tmp' | 'new' | 'old';

/** Names an unused sibling of a path and keeps it safe from `removeStale` until `release`. */
export function temporarySibling(path: string, kind: TemporaryKind): string {
  const tail = `${hashOf(hostname())}-${process.pid}-${randomBytes(6).toString('hex')}`;
  const sibling = join(dirname(path), `${temporaryPrefix(path, kind)}${tail}`);
  live.add(sibling);
  return sibling;
}

/** Start of the names of the temporary siblings of a path. */
export function temporaryPrefix(path: string, kind: TemporaryKind): string {
  const name = basename(path);
  // A file system allows names of 255 bytes, so a long one stands by its hash.
  const short = Buffer.byteLength(name) <= MAX_NAME_BYTES ? name : `~${hashOf(name)}`;
  return `.${short}.km-${kind}-`;
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
  const [, base = '', kind, host, pid] = match;
  // Without its directory, a complete or replaced one may be all that is left of it.
  if (kind !== 'tmp' && !existsSync(join(dirname(path), base))) return false;
  if (host === hashOf(hostname()) && !isRunning(Number(pid))) return true;
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
    return fieldOf(error, 'code') === 'EPERM';
  }
}

function hashOf(text: string): string {
  let hash = 0;
  for (const char of text) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash.toString(36);
}
