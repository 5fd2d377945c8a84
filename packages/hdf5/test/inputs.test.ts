import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { memorySource, memoryStore } from '@km/core';
import { readFixture } from '@km/test-utils';
import { type H5Model, type H5PathInput, readModelH5, writeModelH5 } from '../src/node.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'km-hdf5-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const model: H5Model = { modelConfig: '{}', layers: [] };

test('a model is written to and read from a path, a file URL and the text of one', async () => {
  const file = path.join(folder, 'a name.h5');
  const url = pathToFileURL(path.join(folder, 'url.h5'));
  const text = pathToFileURL(path.join(folder, 'text.h5')).href;
  for (const place of [file, url, text]) {
    await writeModelH5(place, model);
    expect(await readModelH5(place)).toEqual(model);
  }
  expect(readFileSync(url)).toEqual(readFileSync(file));
});

test('a model is read from bytes, a buffer, a source and a store', async () => {
  const bytes = readFixture('h5/tf-2.4.4/compiled.h5');
  const store = memoryStore([['m.h5', bytes]]);
  const inputs: H5PathInput[] = [
    bytes,
    bytes.slice().buffer,
    memorySource(bytes),
    { store, path: 'm.h5' },
  ];
  for (const input of inputs) expect((await readModelH5(input)).layers.length).toBe(6);
});

test('a path or key that leads to nothing is named', async () => {
  const missing = path.join(folder, 'missing.h5');
  await expect(readModelH5(missing)).rejects.toMatchObject({
    code: 'KM_NOT_FOUND',
    source: missing,
  });
  const reading = readModelH5({ store: memoryStore(), path: 'missing.h5' });
  await expect(reading).rejects.toMatchObject({ code: 'KM_NOT_FOUND', source: 'missing.h5' });
});

test('anything else is a mistake of the caller', async () => {
  await expect(readModelH5({} as never)).rejects.toThrow(TypeError);
});
