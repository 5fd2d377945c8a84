import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root folder of the repository. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Runs a program with the terminal's streams and ends this process when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Installs the dependencies that package-lock.json names, unless they are there already. */
export function ensureInstalled() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && sameTree(installed)) return;
  run(process.execPath, [npmCli(), 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** npm's own program, so that no shell is needed on any platform. */
export function npmCli() {
  const fromNpm = process.env.npm_execpath;
  if (fromNpm?.endsWith('.js')) return fromNpm;
  const beside = path.dirname(process.execPath);
  const places = [
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error('npm was not found beside node: run `npm ci` first');
  return found;
}

/** Whether every package of the lock file is installed in the version it names. */
function sameTree(installed) {
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const present = readPackages(installed);
  return Object.entries(wanted).every(
    ([place, entry]) =>
      !place.startsWith('node_modules/') ||
      entry.optional === true ||
      entry.peer === true ||
      present[place]?.version === entry.version,
  );
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
