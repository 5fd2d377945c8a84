import { readFileSync } from 'node:fs';
import { isKmError, type KmErrorCode, memoryStore } from '@km/core';
import { models, ready } from '@km/keras';
import { byteFlips, truncations } from '@km/test-utils';
import { fileOf } from './fixture-models.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

beforeAll(() => ready());

async function load(bytes: Uint8Array): Promise<unknown> {
  const store = memoryStore([['model', bytes]]);
  return models.load_model({ store, path: 'model' }).catch((caught: unknown) => caught);
}

test.each<[string, Uint8Array, KmErrorCode, RegExp]>([
  ['an empty file', new Uint8Array(0), 'KM_MALFORMED', /empty/],
  [
    'a Git LFS pointer',
    text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'),
    'KM_MALFORMED',
    /git lfs pull/,
  ],
  ['a web page', text('<!DOCTYPE html><html></html>'), 'KM_MALFORMED', /web page/],
  ['text', text('hello'), 'KM_MALFORMED', /not a Keras model/],
  [
    'weights only',
    readFileSync(fileOf('2.15.1', 'dense_weights.h5')),
    'KM_NOT_FOUND',
    /file holds weights only: build the model and call load_weights/,
  ],
  [
    'v3 weights only',
    readFileSync(fileOf('2.15.1', 'dense.weights.h5')),
    'KM_NOT_FOUND',
    /file holds weights only: build the model and call load_weights/,
  ],
  [
    'an architecture only',
    text('{"class_name": "Sequential", "config": {"layers": []}}'),
    'KM_UNSUPPORTED',
    /model_from_json/,
  ],
])('%s is refused with what to do', async (_name, bytes, code, message) => {
  const error = await load(bytes);
  expect(isKmError(error, code)).toBe(true);
  expect(String(error)).toMatch(message);
});

test('a missing path says what was looked for', async () => {
  const error = await models.load_model('/nowhere/model').catch((caught: unknown) => caught);
  expect(isKmError(error, 'KM_NOT_FOUND')).toBe(true);
  expect(String(error)).toContain('saved_model.pb');
});

test('an unknown layer is named with its place', async () => {
  const json =
    '{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Odd", "config": {}}]}}';
  expect(() => models.model_from_json(json)).toThrow(/Odd.*config\.layers\[0\].*custom_objects/);
});

test.each(['dense.h5', 'dense.keras'])('every truncation of %s is a KmError', async (name) => {
  for (const { name: what, bytes } of truncations(readFileSync(fileOf('2.15.1', name)))) {
    const result = await load(bytes);
    expect([what, isKmError(result)]).toEqual([what, true]);
  }
});

test.each(['dense.h5', 'dense.keras'])(
  'a flipped byte of %s gives a model or a KmError, never another failure',
  async (name) => {
    for (const { name: what, bytes } of byteFlips(readFileSync(fileOf('2.15.1', name)), 149)) {
      const result = await load(bytes);
      const known = isKmError(result) || result instanceof models.Model;
      expect([what, known, String(result)]).toEqual([what, true, expect.anything()]);
    }
  },
);
