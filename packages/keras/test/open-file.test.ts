import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { models, ready } from '@km/keras';
import { digests, expectedOf, fileOf } from './fixture-models.ts';

let folder = '';
beforeAll(async () => {
  await ready();
  folder = mkdtempSync(path.join(tmpdir(), 'km-open-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a model is saved into an open h5wasm File and loaded from one', async () => {
  const { default: h5wasm } = await import('h5wasm/node');
  await h5wasm.ready;
  const expected = expectedOf('2.15.1', 'two_roads');
  const model = await models.load_model(fileOf('2.15.1', 'two_roads.h5'));
  const name = path.join(folder, 'open.h5');
  const writing = new h5wasm.File(name, 'w');
  await model.save(writing);
  writing.close();
  const reading = new h5wasm.File(name, 'r');
  const loaded = await models.load_model(reading as never);
  reading.close();
  expect(digests(loaded.weights)).toEqual(expected.weights.map(({ sha256 }) => sha256));
  expect(digests(loaded.optimizer?.variables ?? [])).toEqual(
    expected.optimizer.variables.map(({ sha256 }) => sha256),
  );
});
