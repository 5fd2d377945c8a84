import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { example, expectOutputs, modelPath, NAMES, named, writeNpz } from './examples.ts';
import { inFolder, km, kmJson } from './support.ts';

test('a model keeps its predictions and its optimizer state through every format', async () => {
  const { inputs, outputs } = example('two_roads');
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(NAMES.two_roads?.inputs, inputs));
    const y = path.join(folder, 'y.npz');
    let from = modelPath('two_roads.h5');
    for (const name of ['a.keras', 'b.h5', 'c.keras', 'd.hdf5']) {
      const to = path.join(folder, name);
      expect(await km(['convert', from, to])).toMatchObject({ code: 0, err: '' });
      expect(await km(['verify', to])).toMatchObject({ code: 0 });
      await km(['predict', to, '--inputs', x, '--output', y]);
      await expectOutputs(y, named(NAMES.two_roads?.outputs, outputs));
      from = to;
    }
    const before = await kmJson('inspect', modelPath('two_roads.h5'));
    const after = await kmJson('inspect', from);
    expect(after.parameters).toBe(before.parameters);
    const shapes = (found: unknown): unknown[] =>
      (Array.isArray(found) ? found : []).map(({ shape, dtype }) => [shape, dtype]);
    expect(shapes(after.optimizer_weights)).toEqual(shapes(before.optimizer_weights));
  });
});

test('the suffix decides the format, and --format overrules it', async () => {
  await inFolder(async (folder) => {
    const convert = async (
      name: string,
      ...options: string[]
    ): Promise<Record<string, unknown>> => {
      const to = path.join(folder, name);
      expect(await km(['convert', modelPath('dense.h5'), to, ...options])).toMatchObject({
        code: 0,
      });
      return kmJson('inspect', to);
    };
    expect(await convert('a.weights.h5')).toMatchObject({ holds: 'weights-v3' });
    expect(await convert('a.ckpt')).toMatchObject({ format: 'checkpoint', prefix: 'a.ckpt' });
    expect(await convert('a.json')).toMatchObject({ format: 'json', model: { name: 'dense' } });
    expect(await convert('b.h5', '--format', 'h5-weights')).toMatchObject({ holds: 'weights' });
    expect(await convert('b.bin', '--format', 'keras')).toMatchObject({ format: 'keras' });
    expect(await convert('c.h5', '--no-optimizer')).not.toHaveProperty('optimizer_weights');
    expect(await convert('d.h5', '--no-compile')).not.toHaveProperty('training');
  });
});

test('the result says what was taken over', async () => {
  await inFolder(async (folder) => {
    const to = path.join(folder, 'a.keras');
    const from = modelPath('dense.h5');
    expect(await kmJson('convert', from, to)).toEqual({
      from: { path: from, format: 'h5' },
      to: { path: to, format: 'keras' },
      parameters: 163,
      tensors: { matched: 13, missing: [], extra: [], cast: [], notes: [] },
    });
  });
});

test('a directory becomes a SavedModel, which verifies, loads and keeps the state of the optimizer', async () => {
  const { inputs, outputs } = example('dense');
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(undefined, inputs));
    const y = path.join(folder, 'y.npz');
    const directory = path.join(folder, 'model');
    const back = path.join(folder, 'back.h5');
    expect(await km(['convert', modelPath('dense.h5'), directory])).toEqual({
      code: 0,
      out: expect.stringContaining(directory),
      err: '',
    });
    expect(await km(['verify', directory])).toMatchObject({ code: 0 });
    expect(await km(['convert', directory, back])).toMatchObject({ code: 0, err: '' });
    for (const from of [directory, back]) {
      await km(['predict', from, '--inputs', x, '--output', y]);
      await expectOutputs(y, named(NAMES.dense?.outputs, outputs));
    }
    const before = await kmJson('inspect', modelPath('dense.h5'));
    const after = await kmJson('inspect', back);
    expect(after.parameters).toBe(before.parameters);
    expect(after.optimizer_weights).toHaveLength(
      Array.isArray(before.optimizer_weights) ? before.optimizer_weights.length : -1,
    );
  });
});

test('what is there is kept where it must be', async () => {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'a.h5');
    await writeFile(file, 'precious');
    expect(await km(['convert', modelPath('dense.h5'), file, '--no-overwrite'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${file} exists`),
    });
    expect(await readFile(file, 'utf8')).toBe('precious');
    expect((await km(['convert', modelPath('dense.h5'), file])).code).toBe(0);
    const other = path.join(folder, 'other');
    await mkdir(other);
    await writeFile(path.join(other, 'notes.txt'), 'precious');
    expect(await km(['convert', modelPath('dense.h5'), other])).toMatchObject({
      code: 2,
      err: expect.stringContaining('a directory with other files'),
    });
    expect(await km(['convert', modelPath('dense.h5'), other, '--format', 'h5'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('is a directory'),
    });
    expect(await readFile(path.join(other, 'notes.txt'), 'utf8')).toBe('precious');
  });
});
