import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileSource, fileStore, recoverDirectory, saveDirectory } from '@km/core/node';
import { buildSync } from 'esbuild';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const CHILD = 'packages/core/test/crash-child.ts';

let folder = '';
let child = '';
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'km-node-'));
  child = path.join(folder, 'child.mjs');
  buildSync({
    entryPoints: [CHILD],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@km/source'],
    external: ['@zip.js/zip.js'],
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function emptyFolder(): Promise<string> {
  const made_ = path.join(folder, `case-${made++}`);
  await mkdir(made_);
  return made_;
}

async function filesOf(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(directory, file)] = await readFile(file, 'utf8');
  }
  return files;
}

const save = (target: string, content: string): Promise<void> =>
  saveDirectory(target, async (store) => {
    await store.write('graph', [text(content)]);
    await store.write('variables/data', [text(content)]);
  });
const whole = (content: string): Record<string, string> => ({
  graph: content,
  'variables/data': content,
});

test('a file is read by range, opened for each read only', async () => {
  const file = path.join(await emptyFolder(), 'a.bin');
  await writeFile(file, text('0123456789'));
  const source = await fileSource(pathToFileURL(file));
  expect(source).toMatchObject({ name: file, byteLength: 10 });
  const bytes = await source.read(2, 5);
  expect(bytes).toEqual(text('234'));
  expect(bytes.buffer.byteLength).toBe(3);
  await rm(file);
  await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'KM_IO', source: file });
});

test('a file that shrank while it was open is truncated', async () => {
  const file = path.join(await emptyFolder(), 'a.bin');
  await writeFile(file, text('0123456789'));
  const source = await fileSource(file);
  await truncate(file, 4);
  await expect(source.read(2, 8)).rejects.toMatchObject({ code: 'KM_TRUNCATED', offset: 4 });
});

test('an absent file and a directory are told apart', async () => {
  const parent = await emptyFolder();
  await expect(fileSource(path.join(parent, 'none'))).rejects.toMatchObject({
    code: 'KM_NOT_FOUND',
  });
  await expect(fileSource(parent)).rejects.toMatchObject({ code: 'KM_IO' });
});

test('temporary files of running saves are neither listed nor removed', async () => {
  const parent = await emptyFolder();
  const store = fileStore(parent);
  let during: string[] = [];
  const slow = async function* (): AsyncGenerator<Uint8Array> {
    yield text('a');
    await store.write('other', [text('b')]);
    during = await readdir(parent);
    for await (const key of store.list('')) expect(key).toBe('other');
    yield text('c');
  };
  await store.write('slow', slow());
  expect(during).toHaveLength(2);
  expect(await filesOf(parent)).toEqual({ other: 'b', slow: 'ac' });
});

test('temporary files of dead processes are removed, others only after a day', async () => {
  const parent = await emptyFolder();
  await fileStore(parent).write('probe', [text('a')]);
  const dead = spawnSync(process.execPath, [child, 'file', parent, '3']);
  expect(dead.signal).toBe('SIGKILL');
  const elsewhere = '.weights.km-tmp-elsewhere-1-0123456789ab';
  await writeFile(path.join(parent, elsewhere), 'x');
  expect(await readdir(parent)).toHaveLength(3);
  await fileStore(parent).write('probe', [text('a')]);
  expect((await readdir(parent)).sort()).toEqual([elsewhere, 'probe']);
  await utimes(path.join(parent, elsewhere), 0, 0);
  await fileStore(parent).write('probe', [text('a')]);
  expect(await readdir(parent)).toEqual(['probe']);
});

test('what a link leads to is replaced, and the link stays', async () => {
  const parent = await emptyFolder();
  await mkdir(path.join(parent, 'real'));
  await symlink('real', path.join(parent, 'link'));
  await save(path.join(parent, 'link'), 'new');
  expect(await filesOf(path.join(parent, 'real'))).toEqual(whole('new'));
  expect((await readdir(parent)).sort()).toEqual(['link', 'real']);
});

test('a directory is replaced with all it holds', async () => {
  const parent = await emptyFolder();
  const target = path.join(parent, 'deep', 'model');
  await save(target, 'old');
  await writeFile(path.join(target, 'more'), 'x');
  await save(target, 'new');
  expect(await filesOf(parent)).toEqual({
    'deep/model/graph': 'new',
    'deep/model/variables/data': 'new',
  });
});

test('a failing or cancelled save leaves the old directory and nothing else', async () => {
  const parent = await emptyFolder();
  const target = path.join(parent, 'model');
  await save(target, 'old');
  const failing = saveDirectory(target, async (store) => {
    await store.write('graph', [text('new')]);
    throw new Error('no more');
  });
  await expect(failing).rejects.toThrow('no more');
  const controller = new AbortController();
  const cancelled = saveDirectory(
    target,
    async (store) => {
      await store.write('graph', [text('new')]);
      controller.abort('stop');
    },
    { signal: controller.signal },
  );
  await expect(cancelled).rejects.toBe('stop');
  expect(await filesOf(target)).toEqual(whole('old'));
  expect(await readdir(parent)).toEqual(['model']);
});

test('a file in the place of the directory is refused', async () => {
  const target = path.join(await emptyFolder(), 'model');
  await writeFile(target, 'file');
  await expect(save(target, 'new')).rejects.toMatchObject({ code: 'KM_IO' });
  expect(await readFile(target, 'utf8')).toBe('file');
});

test('a very long name can be saved', async () => {
  const parent = await emptyFolder();
  const name = 'é'.repeat(120);
  await save(path.join(parent, name), 'old');
  await save(path.join(parent, name), 'new');
  expect(await filesOf(path.join(parent, name))).toEqual(whole('new'));
  expect(await readdir(parent)).toEqual([name]);
});

test('two saves of one directory at a time leave one of them whole', async () => {
  const parent = await emptyFolder();
  const target = path.join(parent, 'model');
  await save(target, 'old');
  await Promise.all(['a', 'b', 'c'].map((content) => save(target, content)));
  const files = await filesOf(target);
  expect([whole('a'), whole('b'), whole('c')]).toContainEqual(files);
  expect(await readdir(parent)).toEqual(['model']);
});

test('nothing is brought back where nothing was interrupted', async () => {
  const parent = await emptyFolder();
  expect(await recoverDirectory(path.join(parent, 'model'))).toBe(false);
  expect(await recoverDirectory(path.join(parent, 'none', 'model'))).toBe(false);
});

/** Runs the child, killed before its first, second, … call, until it is not killed any more. */
async function killEverywhere(
  kind: 'file' | 'directory',
  prepare: (parent: string) => Promise<string>,
  check: (parent: string) => Promise<void>,
): Promise<number> {
  for (let kills = 0; ; kills++) {
    const parent = await emptyFolder();
    const target = await prepare(parent);
    const run = spawnSync(process.execPath, [child, kind, target, String(kills)]);
    await check(parent);
    if (run.signal === 'SIGKILL') continue;
    expect({ status: run.status, stderr: run.stderr.toString() }).toEqual({
      status: 0,
      stderr: '',
    });
    return kills;
  }
}

test('a file save killed at any call leaves the old or the new file whole', async () => {
  const contents = new Set<string>();
  const kills = await killEverywhere(
    'file',
    async (parent) => {
      await writeFile(path.join(parent, 'weights'), 'old content');
      return parent;
    },
    async (parent) => {
      contents.add(await readFile(path.join(parent, 'weights'), 'utf8'));
    },
  );
  expect(kills).toBeGreaterThan(6);
  expect([...contents]).toEqual(['old content', 'new content']);
}, 60_000);

test('a directory save killed at any call leaves the old or the new directory whole', async () => {
  let gaps = 0;
  const seen: Record<string, string>[] = [];
  const kills = await killEverywhere(
    'directory',
    async (parent) => {
      await save(path.join(parent, 'model'), 'old content');
      return path.join(parent, 'model');
    },
    async (parent) => {
      const target = path.join(parent, 'model');
      if (!existsSync(target)) gaps++;
      // Another save beside it cleans up, and must not take what is to be recovered.
      await fileStore(parent).write('neighbour', [text('x')]);
      expect(await fileStore(target).open('graph')).toBeDefined();
      seen.push(await filesOf(target));
      await save(target, 'next');
      expect(await filesOf(target)).toEqual(whole('next'));
      expect((await readdir(parent)).sort()).toEqual(['model', 'neighbour']);
    },
  );
  expect(kills).toBeGreaterThan(15);
  expect(gaps).toBe(1);
  const old = seen.filter((files) => files.graph === 'old content').length;
  expect(old).toBeGreaterThan(10);
  expect(seen).toEqual([
    ...Array(old).fill(whole('old content')),
    ...Array(seen.length - old).fill(whole('new content')),
  ]);
}, 60_000);
