import path from 'node:path';
import { fixturePath } from '@km/test-utils';
import { compareJson } from '../src/compare/compare-json.ts';
import { example, NAMES, named, writeNpz } from './examples.ts';
import { inFolder, km, kmJson } from './support.ts';

const fixture = (name: string): string => fixturePath(`models/tf-2.15.1/${name}`);

test('one model in three formats is the same, the state of its optimizer included', async () => {
  for (const other of ['dense.keras', 'dense_tf']) {
    const { code, out, err } = await km(['diff', fixture('dense.h5'), fixture(other)]);
    expect({ other, code, err }).toEqual({ other, code: 0, err: '' });
    expect(out).toMatch(/result +equal/);
  }
});

test('two models differ in their architecture and weights, and the exit code is 1', async () => {
  const { code, out } = await km(['diff', fixture('dense.h5'), fixture('cnn.h5')]);
  expect(code).toBe(1);
  expect(out).toMatch(/^Architecture\n/);
  expect(out).toMatch(/name +"\w+" +"\w+"/);
  expect(out).toContain('second only');
  expect(out).toMatch(/result +different/);
});

test('a model that was trained on differs from what it was in its weights alone, by how much is said', async () => {
  await inFolder(async (folder) => {
    const { inputs, targets } = example('dense');
    const x = await writeNpz(folder, 'x.npz', named(NAMES.dense?.inputs, inputs));
    const y = await writeNpz(folder, 'y.npz', named(NAMES.dense?.outputs, targets));
    const trained = path.join(folder, 'trained.h5');
    const { code, err } = await km([
      'fit',
      fixture('dense.h5'),
      '--x',
      x,
      '--y',
      y,
      '--out',
      trained,
      '--quiet',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const result = await kmJson('diff', fixture('dense.h5'), trained);
    expect(result).toMatchObject({ equal: false, architecture: [] });
    expect(Number(result.largest)).toBeGreaterThan(0);
    const loose = await kmJson(
      'diff',
      fixture('dense.h5'),
      trained,
      '--tolerance',
      '10',
      '--no-optimizer',
    );
    expect(loose.equal).toBe(true);
  });
});

test('checkpoints are compared by the names of their tensors', async () => {
  const same = await kmJson('diff', fixture('dense_ckpt/weights'), fixture('dense_ckpt/weights'));
  expect(same.equal).toBe(true);
  const other = await kmJson('diff', fixture('dense_ckpt/weights'), fixture('cnn_ckpt/weights'));
  expect(other).toMatchObject({ equal: false, first: 'checkpoint', second: 'checkpoint' });
});

test('JSON values are compared with the place of each difference', () => {
  const first = { layers: [{ units: 3, rate: Number.NaN }, 1], name: 'a' };
  const second = { layers: [{ units: 4, rate: Number.NaN }], extra: { x: [1] }, name: 'a' };
  expect(compareJson(first, second)).toEqual([
    { path: 'layers[0].units', first: '3', second: '4' },
    { path: 'layers[1]', first: '1', second: undefined },
    { path: 'extra', first: undefined, second: '{ "x": [1] }' },
  ]);
});
