import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { example, expectOutputs, modelPath, NAMES, named, writeNpz } from './examples.ts';
import { inFolder, km } from './support.ts';

const ok = { code: 0, err: '' };

test('predictions are those of TensorFlow, from every format and for every number of inputs', async () => {
  await inFolder(async (folder) => {
    for (const [model, names] of Object.entries(NAMES)) {
      const { inputs, outputs } = example(model);
      const x = await writeNpz(folder, 'x.npz', named(names.inputs, inputs));
      const y = path.join(folder, 'y.npz');
      for (const file of [`${model}.h5`, `${model}.keras`]) {
        const { code, err } = await km(['predict', modelPath(file), '--inputs', x, '--output', y]);
        expect({ file, code, err }).toEqual({ file, ...ok });
        await expectOutputs(y, named(names.outputs, outputs));
      }
    }
  });
});

test('a SavedModel of Keras predicts, too', async () => {
  const { inputs, outputs } = example('dense');
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(['flatten_input'], inputs));
    const y = path.join(folder, 'y.npz');
    const { code, err } = await km([
      'predict',
      modelPath('dense_tf'),
      '--inputs',
      x,
      '--output',
      y,
    ]);
    expect({ code, err }).toEqual(ok);
    await expectOutputs(y, named(['logits'], outputs));
  });
});

test('arrays of any names go in the order of the inputs, known names in any order', async () => {
  const { inputs, outputs } = example('two_roads');
  const expected = named(NAMES.two_roads?.outputs, outputs);
  await inFolder(async (folder) => {
    const y = path.join(folder, 'y.npz');
    const reversed = new Map([...named(['words', 'extra'], inputs)].reverse());
    for (const arrays of [named(['z', 'a'], inputs), reversed]) {
      const x = await writeNpz(folder, 'x.npz', arrays);
      const { code, err } = await km([
        'predict',
        modelPath('two_roads.h5'),
        '--inputs',
        x,
        '--output',
        y,
      ]);
      expect({ code, err }).toEqual(ok);
      await expectOutputs(y, expected);
    }
  });
});

test('JSON goes in from a file or standard input, and comes out', async () => {
  const { inputs, outputs } = example('dense');
  const text = JSON.stringify({ inputs: { flatten_input: inputs[0] } });
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(text.slice(0, 50));
    yield new TextEncoder().encode(text.slice(50));
  }
  const { code, out, err } = await km(
    ['predict', modelPath('dense.h5'), '--inputs', '-', '--json'],
    { stdin: stdin() },
  );
  expect({ code, err }).toEqual(ok);
  const found: { readonly outputs: { readonly logits: number[][] } } = JSON.parse(out);
  found.outputs.logits.flat().forEach((value, i) => {
    expect(value).toBeCloseTo(outputs[0]?.data[i] ?? NaN, 5);
  });
  await inFolder(async (folder) => {
    const file = path.join(folder, 'y.json');
    const x = path.join(folder, 'x.json');
    await writeFile(x, text);
    expect(
      (await km(['predict', modelPath('dense.h5'), '--inputs', x, '--output', file])).code,
    ).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(found.outputs);
  });
});

test('without --output the outputs are shown as NumPy shows arrays', async () => {
  const { inputs } = example('dense');
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(undefined, inputs));
    const { out } = await km([
      'predict',
      modelPath('dense.h5'),
      '--inputs',
      x,
      '--batch-size',
      '4',
    ]);
    expect(out).toMatch(
      /^logits {2}float32 \(6, 3\)\n\[\[0\.1573905 -0\.6963325 0\.0921382\d?\]\n \[/,
    );
  });
});

test('weights alone predict within an architecture', async () => {
  const { inputs, outputs } = example('cnn');
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(undefined, inputs));
    const y = path.join(folder, 'y.npz');
    const architecture = path.join(folder, 'a.json');
    expect((await km(['convert', modelPath('cnn.h5'), architecture])).code).toBe(0);
    for (const weights of ['cnn_ckpt/weights', 'cnn_weights.h5', 'cnn.weights.h5']) {
      const argv = ['predict', modelPath(weights), '--inputs', x, '--output', y];
      expect(await km(argv)).toMatchObject({
        code: 2,
        err: expect.stringContaining('--architecture'),
      });
      const { code, err } = await km([...argv, '--architecture', architecture]);
      expect({ weights, code, err }).toEqual({ weights, ...ok });
      await expectOutputs(y, named(['probabilities'], outputs));
    }
  });
});

test('arrays that do not fit the model are refused, with what it takes', async () => {
  const { inputs } = example('two_roads');
  const [words, extra] = inputs;
  if (words === undefined || extra === undefined) throw new Error('two inputs are expected');
  const cases = [
    [
      new Map([['words', words]]),
      'the model has 2 inputs (words, extra), the file has 1 arrays (words)',
    ],
    [
      new Map([
        ['words', words],
        ['other', extra],
      ]),
      'the model has no input other: name the arrays words, extra, or none',
    ],
    [
      new Map([
        ['words', words],
        ['extra', words],
      ]),
      'the input extra takes arrays of shape (?, 3), the file has (4, 7)',
    ],
    [
      new Map([
        ['words', words],
        ['extra', { ...extra, shape: [3], data: extra.data.slice(0, 3) }],
      ]),
      'the file has (3,): add an axis for the samples in front',
    ],
    [
      new Map([
        ['words', words],
        ['extra', { ...extra, shape: [1, 3], data: extra.data.slice(0, 3) }],
      ]),
      '--inputs has 4 samples, --inputs has 1',
    ],
  ] as const;
  await inFolder(async (folder) => {
    for (const [arrays, message] of cases) {
      const x = await writeNpz(folder, 'x.npz', arrays);
      const { code, out, err } = await km(['predict', modelPath('two_roads.h5'), '--inputs', x]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(message);
    }
  });
});

test('a signature is refused until SavedModels can run one', async () => {
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(undefined, example('dense').inputs));
    const argv = ['--inputs', x, '--signature', 'serving_default'];
    expect(await km(['predict', modelPath('dense_tf'), ...argv])).toMatchObject({
      code: 5,
      err: expect.stringContaining('KM_UNSUPPORTED: Running the signature "serving_default"'),
    });
    expect((await km(['predict', modelPath('dense.h5'), ...argv])).code).toBe(2);
  });
});

test('an output path without a known suffix is refused before any work', async () => {
  const argv = ['predict', 'nowhere.h5', '--inputs', 'nowhere.npz', '--output', 'y.txt'];
  expect(await km(argv)).toMatchObject({
    code: 2,
    err: expect.stringContaining('.npz, .npy or .json'),
  });
});

test('custom classes come from a module', async () => {
  const { inputs } = example('dense');
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(undefined, inputs));
    const missing = path.join(folder, 'missing.mjs');
    const argv = ['predict', modelPath('dense.h5'), '--inputs', x, '--custom-objects'];
    expect(await km([...argv, missing])).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be imported'),
    });
    const module = path.join(folder, 'objects.mjs');
    await writeFile(module, 'export const nothing = 1;');
    expect((await km([...argv, module])).code).toBe(0);
  });
});
