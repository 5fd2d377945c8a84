import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { assertClose, fixturePath } from '@km/test-utils';
import { example, expectOutputs, modelPath, NAMES, named, writeNpz } from './examples.ts';
import { inFolder, km, kmJson } from './support.ts';

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
  const { inputs, outputs } = example('dense');
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
    expect(out.replace(/-?\d+\.\d+/g, '#')).toBe(
      `logits  float32 (6, 3)\n[${Array(6).fill('[# # #]').join('\n ')}]\n`,
    );
    const shown = [...out.matchAll(/-?\d+\.\d+/g)].map(Number);
    assertClose(shown, outputs[0]?.data ?? [], { rtol: 0, atol: 1e-5 });
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

test('a signature of a SavedModel of Keras gives the outputs of the model', async () => {
  const { inputs } = example('dense');
  await inFolder(async (folder) => {
    const x = await writeNpz(folder, 'x.npz', named(['flatten_input'], inputs));
    const y = path.join(folder, 'y.npz');
    for (const version of ['2.4.4', '2.10.1', '2.15.1']) {
      const argv = ['predict', modelPath('dense_tf', version), '--inputs', x, '--output', y];
      const { code, err } = await km([...argv, '--signature', 'serving_default']);
      expect({ version, code, err }).toEqual({ version, ...ok });
      await expectOutputs(y, named(['logits'], example('dense', version).outputs));
    }
  });
});

test('signatures of plain SavedModels take arrays by name', async () => {
  const cases = [
    ['module', 'find', { words: ['dog', 'cow', 'cat'] }, { ids: [1, -1, 0] }],
    ['module', 'serving_default', { twice: true, x: [[1, 2]] }, { y: [[15, 30]], first: 1 }],
  ] as const;
  await inFolder(async (folder) => {
    const x = path.join(folder, 'x.json');
    for (const version of ['2.4.4', '2.15.1']) {
      for (const [name, signature, inputs, expected] of cases) {
        await writeFile(x, JSON.stringify(inputs));
        const model = fixturePath(`savedmodel/tf-${version}/${name}`);
        const argv = ['predict', model, '--inputs', x, '--signature', signature];
        expect({ name, signature, ...(await kmJson(...argv)) }).toEqual({
          name,
          signature,
          outputs: expected,
        });
      }
    }
  });
});

test('signatures of TensorFlow 1 run, and take sparse arrays by their parts', async () => {
  await inFolder(async (folder) => {
    const x = path.join(folder, 'x.json');
    for (const version of ['2.4.4', '2.15.1']) {
      const model = path.join(folder, version);
      await cp(fixturePath(`savedmodel/tf-${version}/v1_text`), model, { recursive: true });
      const file = path.join(model, 'saved_model.pbtxt');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll('"SparseReduceSum:0"', '"sparse/values:0"'));
      const predict = async (signature: string, inputs: unknown): Promise<unknown> => {
        await writeFile(x, JSON.stringify(inputs));
        return kmJson('predict', model, '--inputs', x, '--signature', signature);
      };
      expect(await predict('serving_default', { x: [[1, 2, 3]] })).toEqual({
        outputs: { y: [[16]] },
      });
      expect(await predict('serving_default', [[0, 1, 2]])).toEqual({ outputs: { y: [[9.5]] } });
      const parts = { s_values: [7], s_indices: [[0, 1]], s_dense_shape: [2, 2] };
      expect(await predict('sparse', parts)).toEqual({ outputs: { sum: [7] } });
    }
  });
});

test('a signature that is not there, or does not take what is given, is refused with what there is [SavedModelCLITestCase.testRunCommandInvalidInputKeyError]', async () => {
  await inFolder(async (folder) => {
    const x = path.join(folder, 'x.json');
    await writeFile(x, '{"words": ["cat"]}');
    const model = fixturePath('savedmodel/tf-2.15.1/module');
    const cases = [
      [
        [model, '--signature', 'nothing'],
        'has no signature nothing; it has: find, serving_default',
      ],
      [[model, '--signature', 'serving_default'], 'the signature serving_default has 2 inputs'],
      [[model, '--signature', 'find', '--batch-size', '2'], 'leave --batch-size away'],
      [[modelPath('dense_tf'), '--signature', 'serving_default'], '(?, 4, 4), the file has (1,)'],
      [
        [modelPath('dense.h5'), '--signature', 'serving_default'],
        'only a SavedModel has signatures',
      ],
      [
        [fixturePath('savedmodel/tf-2.15.1/keras'), '--signature', 'serving_default'],
        'the input hidden_input takes',
      ],
    ] as const;
    for (const [argv, message] of cases) {
      const { code, err } = await km(['predict', ...argv, '--inputs', x]);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
    }
    for (const [name, functions] of [
      ['module', 'find or serving_default'],
      ['v1', '\\S+'],
    ]) {
      const { code, err } = await km([
        'predict',
        fixturePath(`savedmodel/tf-2.15.1/${name}`),
        '--inputs',
        x,
      ]);
      const message = `without a model of Keras: call one of its functions with km predict --signature ${functions}`;
      expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) });
    }
    await writeFile(x, '{"words": [1]}');
    expect(await km(['predict', model, '--signature', 'find', '--inputs', x])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the input words takes string, the file has int32'),
    });
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
