import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '@km/test-utils';
import { EXIT_CODES } from '../src/index.ts';
import { example, modelPath, named, writeNpz } from './examples.ts';
import { inFolder, km } from './support.ts';

async function readme(): Promise<string> {
  return readFile(path.join(repositoryRoot(), 'packages', 'cli', 'README.md'), 'utf8');
}

/** Command lines of the examples, without comments. */
async function commandLines(): Promise<string[][]> {
  const blocks = [...(await readme()).matchAll(/```sh\n([^`]*)```/g)].map(([, text = '']) => text);
  return blocks
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('km '))
    .map((line) => line.replace(/#.*/, '').trim().split(/ +/).slice(1));
}

test('the examples of the README run as they stand there', async () => {
  const lines = await commandLines();
  expect(lines.length).toBeGreaterThan(8);
  const { inputs, targets } = example('dense');
  await inFolder(async (folder) => {
    await writeNpz(folder, 'x.npz', named(undefined, inputs));
    await writeNpz(folder, 'y.npz', named(undefined, targets));
    await cp(modelPath('dense.h5'), path.join(folder, 'model.h5'));
    await cp(modelPath('dense.keras'), path.join(folder, 'model.keras'));
    await cp(modelPath('dense_tf'), path.join(folder, 'saved_model'), { recursive: true });
    await mkdir(path.join(folder, 'run'));
    for (const suffix of ['index', 'data-00000-of-00001']) {
      await cp(
        modelPath(`dense_ckpt/weights.${suffix}`),
        path.join(folder, `run/ckpt-3.${suffix}`),
      );
    }
    await km(['convert', path.join(folder, 'model.h5'), path.join(folder, 'model.json')]);
    for (const line of lines) {
      const argv = line.map((word) => (/[./]/.test(word) ? path.join(folder, word) : word));
      const { code, err } = await km([...argv, '--quiet']);
      expect({ line: line.join(' '), code, err }).toEqual({
        line: line.join(' '),
        code: 0,
        err: '',
      });
    }
  });
});

test('the README and the help list every exit code and every command', async () => {
  const text = await readme();
  const { out } = await km(['--help']);
  for (const code of Object.values(EXIT_CODES)) {
    expect(text).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
    expect(out).toMatch(new RegExp(`(^|\\s)${code} [a-z]`));
  }
  for (const [, command = ''] of out.matchAll(/^ {2}([a-z]+) \[options\]/gm)) {
    expect(text).toContain(`\`km ${command} `);
  }
});
