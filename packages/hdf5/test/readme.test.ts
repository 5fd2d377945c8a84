import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fixturePath } from '@km/test-utils';
import { readModelH5, readWeightsV3, writeModelH5, writeWeightsV3 } from '../src/node.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'km-hdf5-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the read example of the README lists the weights of a model', async () => {
  const model = await readModelH5(fixturePath('h5/tf-2.15.1/trained.h5'));
  expect([model.kerasVersion, JSON.parse(model.modelConfig).class_name]).toEqual([
    '2.15.0',
    'Functional',
  ]);
  const lines = model.layers.flatMap(({ name, weights }) =>
    weights.map((weight) => [name, weight.name, weight.tensor.dtype, weight.tensor.shape]),
  );
  expect(lines[0]).toEqual(['z/first', 'z/first/kernel:0', 'float32', [4, 3]]);
  const kernel = await model.layers.at(-1)?.weights[0]?.tensor.read();
  expect(kernel?.data).toHaveLength(2);
});

test('the write example of the README copies a model and writes v3 weights', async () => {
  const [copy, again] = [path.join(folder, 'copy.h5'), path.join(folder, 'again.h5')];
  await writeModelH5(copy, await readModelH5(fixturePath('h5/tf-2.15.1/trained.h5')));
  await writeModelH5(again, await readModelH5(copy));
  expect(readFileSync(again)).toEqual(readFileSync(copy));

  const kernel = { dtype: 'float32', shape: [2], data: new Float32Array([1, 2]) } as const;
  const file = path.join(folder, 'model.weights.h5');
  await writeWeightsV3(file, new Map([['layers/dense', { variables: [kernel] }]]));
  const dense = (await readWeightsV3(file)).get('layers/dense');
  expect(await dense?.variables[0]?.read()).toEqual(kernel);
});
