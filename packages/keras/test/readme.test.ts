import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import * as core from '@km/core';
import { fileSource, fileStore } from '@km/core/node';
import * as keras from '@km/keras';
import { repositoryRoot, uniform } from '@km/test-utils';
import { transform } from '@swc/core';
import * as tf from '@tensorflow/tfjs-core';

const { layers, Sequential, utils } = keras;

/** Twice its inputs, and a weight. */
class Scale extends keras.Layer {
  static override readonly className: string = 'Scale';
  factor: keras.Variable | null = null;

  override build(): void {
    this.factor = this.add_weight({ name: 'factor', shape: [], initializer: 'ones' });
    super.build([null, 3]);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.factor === null ? inputs : tf.mul(inputs, this.factor.read());
  }
}

const own_loss = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mean(tf.abs(tf.sub(a, b)), -1);

/** The code of the examples, as modules have it. */
async function examples(...place: string[]): Promise<string[]> {
  const text = await readFile(path.join(repositoryRoot(), ...place, 'README.md'), 'utf8');
  return [...text.matchAll(/```ts\n([^`]*(?:`[^`]+`[^`]*)*?)```/g)].map(([, code = '']) => code);
}

/** Runs an example with names that it does not define itself. */
async function run(code: string, known: Readonly<Record<string, unknown>>): Promise<void> {
  const parser = { syntax: 'typescript' } as const;
  const { code: plain } = await transform(code, {
    jsc: { target: 'es2022', parser, preserveAllComments: false },
    module: { type: 'es6' },
    isModule: true,
  });
  const body = plain.replaceAll(/^import [^;]*;$/gm, '').replaceAll(/^export [^;]*;$/gm, '');
  const names = Object.keys(known);
  const make = new Function(...names, `return async () => {\n${body}\n};`);
  await make(...names.map((name) => known[name]))();
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'readme-'));
  const before = process.cwd();
  process.chdir(folder);
  try {
    await work(folder);
  } finally {
    process.chdir(before);
    await rm(folder, { recursive: true });
  }
}

function compiled(...list: keras.Layer[]): keras.Sequential {
  const model = new Sequential(list);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

/** Writes what the examples read, and gives the names that they use. */
async function prepared(folder: string): Promise<Record<string, unknown>> {
  await keras.ready();
  const dense = { units: 5, input_shape: [3], name: 'dense' };
  const model = compiled(new layers.Dense(dense));
  for (const name of ['my_model.h5', 'backbone.h5', 'my_model', 'model.keras']) {
    await model.save(name);
  }
  const custom = new Sequential([new Scale({ input_shape: [3] })]);
  custom.compile({ optimizer: 'sgd', loss: own_loss });
  await custom.save('custom.h5');
  const files = ['saved_model.pb', 'keras_metadata.pb', 'variables/variables.index'];
  files.push('variables/variables.data-00000-of-00001');
  const entries = files.map(async (name) => ({
    key: `my_model/${name}`,
    data: [new Uint8Array(await readFile(path.join('my_model', name)))],
  }));
  const archive = core.zipChunks((await Promise.all(entries)) as never);
  await fileStore(folder).write('archive.zip', archive);
  return {
    ...keras,
    ...core,
    tf,
    model,
    Scale,
    own_loss,
    httpStore: () => fileStore(folder),
    archive: await fileSource('archive.zip'),
    file: new Blob([await readFile('model.keras')]),
    x: tf.tensor(uniform([8, 3], 1), [8, 3]),
    y: tf.tensor(uniform([8, 5], 2), [8, 5]),
    series: uniform([64], 3),
    targets: uniform([64], 4),
    forecaster: compiled(new layers.Dense({ units: 1, input_shape: [8] })),
  };
}

beforeEach(() => {
  jest.spyOn(console, 'log').mockReturnValue(undefined);
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(() => {
  jest.restoreAllMocks();
});

test.each([
  ['@km/keras', ['packages', 'keras'], 7],
  ['the repository', [], 1],
] as const)('the examples of the README of %s run as they stand there', async (_, place, count) => {
  const codes = await examples(...place);
  expect(codes).toHaveLength(count);
  await inFolder(async (folder) => {
    const known = await prepared(folder);
    for (const code of codes) await run(code, known);
  });
});

test('the README names all helpers', async () => {
  const text = await readFile(path.join(repositoryRoot(), 'packages/keras/README.md'), 'utf8');
  const generic = /custom_object|registered|register_|_keras_object/;
  const names = Object.keys(utils).filter((name) => !generic.test(name));
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([
    'unpack_x_y_sample_weight',
  ]);
});
