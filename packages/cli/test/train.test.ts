import { access } from 'node:fs/promises';
import path from 'node:path';
import { assertClose } from '@km/test-utils';
import { example, expectOutputs, modelPath, NAMES, named, writeNpz } from './examples.ts';
import { inFolder, km } from './support.ts';

interface Files {
  readonly x: string;
  readonly y: string;
}

async function writeExamples(folder: string, model: string, version?: string): Promise<Files> {
  const { inputs, targets } = example(model, version);
  return {
    x: await writeNpz(folder, 'x.npz', named(NAMES[model]?.inputs, inputs)),
    y: await writeNpz(folder, 'y.npz', named(NAMES[model]?.outputs, targets)),
  };
}

test('losses and metrics are those of TensorFlow', async () => {
  await inFolder(async (folder) => {
    for (const version of ['2.4.4', '2.10.1', '2.15.1']) {
      for (const model of Object.keys(NAMES)) {
        const { x, y } = await writeExamples(folder, model, version);
        const { evaluate, metrics_names } = example(model, version);
        const file = modelPath(`${model}.h5`, version);
        const { out, err } = await km(['evaluate', file, '--x', x, '--y', y, '--json']);
        expect({ model, version, err }).toEqual({ model, version, err: '' });
        const { metrics }: { readonly metrics: Readonly<Record<string, number>> } = JSON.parse(out);
        expect(Object.keys(metrics)).toEqual(metrics_names);
        assertClose(Object.values(metrics), evaluate, { rtol: 1e-5 });
      }
    }
  });
});

test('a training goes on where TensorFlow left it, and what is saved goes on from there', async () => {
  await inFolder(async (folder) => {
    for (const model of ['dense', 'two_roads', 'nested']) {
      const { x, y } = await writeExamples(folder, model);
      const { step, outputs_after_step } = example(model);
      for (const suffix of ['h5', 'keras']) {
        const out = path.join(folder, `${model}.${suffix}`);
        const source = modelPath(`${model}.${suffix}`);
        const argv = ['fit', source, '--x', x, '--y', y, '--no-shuffle', '--out', out, '--json'];
        const done = await km(argv);
        expect({ model, suffix, err: done.err }).toEqual({ model, suffix, err: '' });
        const { history, saved } = JSON.parse(done.out);
        expect(saved).toEqual({ path: out, format: suffix });
        assertClose(Object.values<number[]>(history).flat(), step, { rtol: 1e-5 });
        const predicted = path.join(folder, 'p.npz');
        expect((await km(['predict', out, '--inputs', x, '--output', predicted])).code).toBe(0);
        await expectOutputs(predicted, named(NAMES[model]?.outputs, outputs_after_step));
      }
    }
  });
});

test('two epochs in one run are two runs of one, since the state of the optimizer is saved', async () => {
  await inFolder(async (folder) => {
    const { x, y } = await writeExamples(folder, 'dense');
    const data = ['--x', x, '--y', y, '--batch-size', '2', '--no-shuffle'];
    const [once, twice] = [path.join(folder, 'once.h5'), path.join(folder, 'twice.h5')];
    await km(['fit', modelPath('dense.h5'), ...data, '--epochs', '2', '--out', once]);
    await km(['fit', modelPath('dense.h5'), ...data, '--out', twice]);
    await km(['fit', twice, ...data, '--out', twice]);
    const [a, b] = await Promise.all(
      [once, twice].map((file) => km(['evaluate', file, '--x', x, '--y', y, '--json'])),
    );
    expect(a?.out).toBe(b?.out);
    expect(a?.code).toBe(0);
  });
});

test('epochs are shown in a table, with the results of the validation', async () => {
  await inFolder(async (folder) => {
    const { x, y } = await writeExamples(folder, 'dense');
    const out = path.join(folder, 'm.h5');
    const argv = ['fit', modelPath('dense.h5'), '--x', x, '--y', y, '--epochs', '3', '--out', out];
    const done = await km([...argv, '--validation-split', '0.34', '--seed', '1']);
    expect(done.out).toMatch(
      /^epoch +loss +accuracy +val_loss +val_accuracy\n─+\n1\/3 .*\n2\/3 .*\n3\/3 /,
    );
    expect(done.out).toContain(`Saved to ${out} (h5)\n`);
  });
});

test('the same seed gives the same training', async () => {
  await inFolder(async (folder) => {
    const { x, y } = await writeExamples(folder, 'dense');
    const run = async (seed: string): Promise<string> => {
      const out = path.join(folder, `${seed}.h5`);
      const data = ['--x', x, '--y', y, '--batch-size', '1', '--epochs', '2', '--out', out];
      const { history } = JSON.parse(
        (await km(['fit', modelPath('dense.h5'), ...data, '--seed', seed, '--json'])).out,
      );
      return JSON.stringify(history);
    };
    expect(await run('1')).toBe(await run('1'));
    expect(await run('1')).not.toBe(await run('2'));
  });
});

test('a model that is not compiled cannot be trained', async () => {
  await inFolder(async (folder) => {
    const { x, y } = await writeExamples(folder, 'dense');
    const bare = path.join(folder, 'bare.h5');
    await km(['convert', modelPath('dense.h5'), bare, '--no-compile']);
    const out = path.join(folder, 'out.h5');
    expect(await km(['fit', bare, '--x', x, '--y', y, '--out', out])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the model is not compiled'),
    });
    await expect(access(out)).rejects.toThrow(/ENOENT/);
  });
});

test('an aborted training saves nothing', async () => {
  await inFolder(async (folder) => {
    const { x, y } = await writeExamples(folder, 'dense');
    const out = path.join(folder, 'out.h5');
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const argv = [
      'fit',
      modelPath('dense.h5'),
      '--x',
      x,
      '--y',
      y,
      '--epochs',
      '1000000',
      '--out',
      out,
    ];
    expect(await km(argv, { signal: abort.signal })).toEqual({
      code: 130,
      out: '',
      err: 'km: interrupted\n',
    });
    await expect(access(out)).rejects.toThrow(/ENOENT/);
  });
});
