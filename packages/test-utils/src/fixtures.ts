import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What `fixtures/manifest.json` says of one fixture; a script may add keys of its own. */
export interface Fixture {
  /** Path below `fixtures`, with `/`. */
  readonly path: string;
  readonly sha256: string;
  /** Script that made it, from the root of the repository. */
  readonly script: string;
  /** What made it, each with its version: `TensorFlow 2.15.1`. */
  readonly versions: readonly string[];
  readonly [key: string]: unknown;
}

/** Root of the repository: the nearest folder above the working directory that holds lerna.json. */
export function repositoryRoot(): string {
  let folder = process.cwd();
  while (!existsSync(path.join(folder, 'lerna.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`${process.cwd()} lies outside of the repository.`);
    folder = parent;
  }
  return folder;
}

/** Path of a fixture, from its name below `fixtures`. */
export function fixturePath(name: string): string {
  return path.join(repositoryRoot(), 'fixtures', ...name.split('/'));
}

/** Reads a fixture. */
export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fixturePath(name)));
}

/** Lists the fixtures of the manifest whose path starts with `prefix`. */
export function listFixtures(prefix = ''): Fixture[] {
  const file = fixturePath('manifest.json');
  if (!existsSync(file)) return [];
  const manifest: { readonly files: readonly Fixture[] } = JSON.parse(readFileSync(file, 'utf8'));
  return manifest.files.filter((fixture) => fixture.path.startsWith(prefix));
}

/** Tells what is wrong with the manifest: files missing, files not listed, digests that differ. */
export function fixtureProblems(): string[] {
  const root = fixturePath('');
  const listed = new Map(listFixtures().map((fixture) => [fixture.path, fixture]));
  const present = existsSync(root)
    ? readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .map((name) => name.split(path.sep).join('/'))
        .filter((name) => name !== 'manifest.json')
    : [];
  const unlisted = present
    .filter((name) => !listed.has(name))
    .map((name) => `${name} is not listed`);
  const wrong = [...listed.values()].flatMap(({ path: name, sha256 }) => {
    if (!present.includes(name)) return [`${name} is missing`];
    const digest = createHash('sha256').update(readFixture(name)).digest('hex');
    return digest === sha256 ? [] : [`${name} has the digest ${digest}`];
  });
  return [...unlisted, ...wrong];
}
