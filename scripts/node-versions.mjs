import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './install.mjs';

const systems = { win32: 'win' };

/**
 * The program of a Node version: this one when it is of that version, else the one that npm's `node` packages bring for
 * this platform, installed under .tsbuild once.
 */
export function nodeBinary(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const name = `node-${systems[process.platform] ?? process.platform}-${process.arch}`;
  const folder = path.join(root, '.tsbuild', `node-${major}`);
  const binary = path.join(folder, 'node_modules', name, 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const { status } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${major}`],
    { cwd: folder, stdio: 'inherit' },
  );
  if (status !== 0 || !existsSync(binary))
    throw new Error(`cannot install Node ${major} for this platform`);
  return binary;
}
