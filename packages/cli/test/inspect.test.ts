import { cp, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fixturePath, listFixtures } from '@km/test-utils';
import { inFolder, km, kmJson } from './support.ts';

interface Layer {
  readonly name: string;
  readonly class_name: string;
  readonly inbound: readonly string[];
  readonly layers?: readonly Layer[];
}

interface Facts {
  readonly format: string;
  readonly holds?: string;
  readonly keras_version?: string;
  readonly parameters?: number;
  readonly model: { readonly class_name: string; readonly layers: readonly Layer[] };
  readonly training?: { readonly optimizer: string; readonly loss: unknown };
  readonly weights: readonly Readonly<Record<string, unknown>>[];
  readonly optimizer_weights?: readonly unknown[];
}

async function facts(name: string): Promise<Facts> {
  return (await kmJson('inspect', fixturePath(name))) as unknown as Facts;
}

test('a whole model in HDF5 shows its layers, weights, training and optimizer state', async () => {
  const found = await facts('models/tf-2.10.1/two_roads.h5');
  expect(found).toMatchObject({
    format: 'h5',
    holds: 'model',
    keras_version: '2.10.0',
    parameters: 344,
  });
  expect(found.model.layers.map(({ name }) => name)).toEqual([
    ...['words', 'embedding', 'extra', 'lstm', 'shared', 'narrow', 'joined', 'again', 'twice'],
    ...['kind', 'size'],
  ]);
  expect(found.model.layers.find(({ name }) => name === 'joined')?.inbound).toEqual([
    'narrow',
    'shared',
  ]);
  expect(found.training).toMatchObject({ optimizer: 'RMSprop' });
  expect(found.optimizer_weights).toHaveLength(15);
  expect(found.weights[1]).toEqual({
    layer: 'embedding',
    weights: [
      { name: 'embedding/embeddings:0', dtype: 'float32', shape: [11, 4], byteLength: 176 },
    ],
  });
});

test('the table of layers has one row for each, with shapes and counts of parameters', async () => {
  const { code, out } = await km(['inspect', fixturePath('models/tf-2.4.4/cnn.h5')]);
  expect(code).toBe(0);
  expect(out).toMatch(/^conv +Conv2D +.*kernel \(3, 3, 2, 4\), bias \(4,\) +76$/m);
  expect(out).toMatch(/^optimizer +SGD \(.*momentum 0.9.*\)$/m);
  expect(out).toMatch(/^weights +165 parameters in 11 tensors, 660 B$/m);
});

test('a nested model shows the layers inside of it', async () => {
  const { model } = await facts('models/tf-2.15.1/nested.keras');
  const inner = model.layers.find(({ name }) => name === 'inner');
  expect(inner?.layers?.map(({ name }) => name)).toEqual(['inner_in', 'inner_dense']);
  const { out } = await km(['inspect', fixturePath('models/tf-2.15.1/nested.keras')]);
  expect(out).toMatch(/^ {2}inner_dense +Dense +inner_in$/m);
});

test('a .keras archive shows its metadata, entries, layers and weights', async () => {
  const found = await facts('models/tf-2.15.1/dense.keras');
  expect(found).toMatchObject({
    format: 'keras',
    metadata: { keras_version: '2.15.0' },
    parameters: 163,
    training: { optimizer: 'Adam' },
    entries: [{ name: 'config.json' }, { name: 'metadata.json' }, { name: 'model.weights.h5' }],
  });
  const { out } = await km(['inspect', fixturePath('models/tf-2.15.1/dense.keras')]);
  expect(out).toMatch(/^hidden +Dense +0 \(16, 8\), 1 \(8,\) +136$/m);
});

test('weights alone are told apart from models, whatever their layout', async () => {
  expect(await facts('models/tf-2.4.4/dense_weights.h5')).toMatchObject({ holds: 'weights' });
  const v3 = await facts('models/tf-2.15.1/dense.weights.h5');
  expect(v3).toMatchObject({ holds: 'weights-v3', parameters: 163 });
  expect(v3.weights[0]).toMatchObject({ name: 'layers/dense/vars/0', shape: [16, 8] });
  expect(v3.optimizer_weights).toHaveLength(9);
});

test('a checkpoint shows tensors, objects and the state file, from any of its names', async () => {
  const folder = 'models/tf-2.10.1/dense_ckpt';
  const names = [folder, `${folder}/weights`, `${folder}/weights.index`, `${folder}/checkpoint`];
  for (const name of [...names, `${folder}/weights.data-00000-of-00001`]) {
    expect(await kmJson('inspect', fixturePath(name))).toMatchObject({
      format: 'checkpoint',
      header: { shards: 1 },
      state_file: { latest: 'weights' },
    });
  }
  const { out } = await km(['inspect', fixturePath(folder)]);
  expect(out).toMatch(/^[│ ]+├─ kernel {2}float32 \(16, 8\)$/m);
  expect(out).toMatch(/slot m of layer_with_weights-0\/kernel {2}float32 \(16, 8\)$/m);
  expect(out).toMatch(
    /^layer_with_weights-0\/kernel\/.ATTRIBUTES\/VARIABLE_VALUE +float32 +\(16, 8\) +128 +512 B$/m,
  );
});

test('a checkpoint of names only says so', async () => {
  const { out } = await km(['inspect', fixturePath('checkpoint/tf-2.15.1/named/model.ckpt-5')]);
  expect(out).toMatch(/^objects +none: names only/m);
});

test('a SavedModel shows signatures, functions, layers, variables and its fingerprint [SavedModelCLITestCase.testShowCommandTags] [SavedModelCLITestCase.testShowCommandSignature] [SavedModelCLITestCase.testShowCommandInputsOutputs]', async () => {
  const found = await kmJson('inspect', fixturePath('models/tf-2.15.1/dense_tf'));
  expect(found).toMatchObject({
    format: 'saved-model',
    parameters: 163,
    meta_graphs: [
      {
        tags: ['serve'],
        tensorflow_version: '2.15.1',
        signatures: {
          serving_default: {
            method: 'tensorflow/serving/predict',
            inputs: { flatten_input: { dtype: 'float32', shape: [null, 4, 4] } },
            outputs: { logits: { dtype: 'float32', shape: [null, 3] } },
          },
        },
      },
    ],
    keras: { metadata: 'file', keras_version: '2.15.0', model: { class_name: 'Sequential' } },
    variables_without_value: [],
    fingerprint: { producer: 1 },
  });
  const { out } = await km(['inspect', fixturePath('models/tf-2.10.1/dense_tf/saved_model.pb')]);
  expect(out).toMatch(/^serving_default +in +flatten_input +float32 +\(\?, 4, 4\) /m);
  expect(out).toMatch(/^__call__ +4 +flatten_input: float32 \(\?, 4, 4\)$/m);
  expect(out).toMatch(/^hidden +Dense +kernel \(16, 8\), bias \(8,\) +136$/m);
});

test('Keras metadata in the object graph is found, too', async () => {
  const found = await kmJson('inspect', fixturePath('models/tf-2.4.4/dense_tf'));
  expect(found).toMatchObject({ keras: { metadata: 'objects', keras_version: '2.4.0' } });
  expect(found).not.toHaveProperty('fingerprint');
});

test('an HDF5 file that is not of Keras shows its objects', async () => {
  const { out } = await km(['inspect', fixturePath('h5/h5py-3.16.0/latest-chunks.h5')]);
  expect(out).toMatch(/^format +HDF5/m);
});

test('arrays show their names, dtypes and shapes', async () => {
  const found = await kmJson('inspect', fixturePath('numpy/stored.npz'));
  expect(found).toMatchObject({ format: 'npz' });
  expect(found.arrays).toContainEqual({
    name: 'big_endian',
    dtype: 'float32',
    shape: [2, 3],
    byteLength: 24,
  });
  expect(await kmJson('inspect', fixturePath('numpy/version1.npy'))).toMatchObject({
    format: 'npy',
    arrays: [{ dtype: 'float32', shape: [5] }],
  });
});

test('--tensors lists every tensor of a model', async () => {
  const file = fixturePath('models/tf-2.15.1/dense.h5');
  const { out } = await km(['inspect', file, '--tensors']);
  expect(out).toMatch(/^logits\/bias:0 +float32 +\(3,\) +3 +12 B$/m);
  expect((await km(['inspect', file])).out).not.toContain('logits/bias:0');
});

test('every model and checkpoint of the fixtures can be inspected', async () => {
  const names = [...listFixtures('models/'), ...listFixtures('h5/'), ...listFixtures('checkpoint/')]
    .map(({ path: name }) => name)
    .filter(
      (name) => /\.(h5|keras|index|pb)$/.test(name) && !/(metadata|fingerprint)\.pb$/.test(name),
    );
  expect(names.length).toBeGreaterThan(60);
  for (const name of names) {
    const { code, err } = await km(['inspect', fixturePath(name), '--json']);
    expect({ name, code, err }).toEqual({ name, code: 0, err: '' });
  }
});

test('content decides, never the suffix', async () => {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'model.keras');
    await cp(fixturePath('models/tf-2.10.1/dense.h5'), file);
    expect(await kmJson('inspect', file)).toMatchObject({ format: 'h5', holds: 'model' });
    await rename(file, path.join(folder, 'x.npz'));
    expect(await kmJson('inspect', path.join(folder, 'x.npz'))).toMatchObject({ format: 'h5' });
  });
});

test('an architecture in JSON shows its layers without weights', async () => {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'a.json');
    const config = {
      name: 'm',
      layers: [{ class_name: 'Dense', config: { name: 'd\u001b[31m', units: 1 } }],
    };
    await writeFile(
      file,
      JSON.stringify({ class_name: 'Sequential', config, keras_version: '2.9.0' }),
    );
    const { out } = await km(['inspect', file]);
    expect(out).toMatch(/^format +JSON, architecture only$/m);
    expect(out).toMatch(/^d\\x1b\[31m +Dense$/m);
  });
});
