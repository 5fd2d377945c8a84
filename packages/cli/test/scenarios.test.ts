import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { memorySource, zipStore } from '@km/core';
import { fileStore } from '@km/core/node';
import { fixturePath, readFixture } from '@km/test-utils';
import { inFolder, km } from './support.ts';

/** Unpacks a SavedModel of the scenarios into a folder. */
async function unpack(name: string, folder: string): Promise<string> {
  const archive = await zipStore(memorySource(readFixture('scenarios/savedmodels.zip'), 'zip'));
  const store = fileStore(folder);
  for await (const key of archive.list(`${name}/`)) {
    const source = await archive.open(key);
    if (source !== undefined) await store.write(key, [await source.read(0, source.byteLength)]);
  }
  return path.join(folder, name);
}

const module = fixturePath('savedmodel/tf-2.15.1/module');

test('a signature is looked for in the graph with the tags, or refused [SavedModelCLITestCase.testShowCommandErrorNoTagSet]', () =>
  inFolder(async (folder) => {
    const model = await unpack('v1_two_graphs', folder);
    const inputs = path.join(folder, 'x.json');
    await writeFile(inputs, '{"x": 2}');
    const call = ['predict', model, '--inputs', inputs, '--signature', 'second'];
    const found = await km([...call, '--tags', 'second', '--json']);
    expect(JSON.parse(found.out)).toEqual({ outputs: { out: 22 } });
    const missing = await km([...call, '--tags', 'third']);
    expect([missing.code, missing.err]).toEqual([
      3,
      expect.stringContaining('No graph has the tags [third]; there are [first], [second]'),
    ]);
    const unsaid = await km(call);
    expect([unsaid.code, unsaid.err]).toEqual([2, expect.stringContaining('--tags')]);
    const alone = await km(['predict', model, '--inputs', inputs, '--tags', 'first']);
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('--signature')]);
  }));

test('outputs are written into folders that do not exist yet [SavedModelCLITestCase.testRunCommandNewOutdir]', () =>
  inFolder(async (folder) => {
    const inputs = path.join(folder, 'x.json');
    await writeFile(inputs, '{"x": [[1, 2]], "twice": true}');
    const output = path.join(folder, 'new', 'folder', 'y.npz');
    const { code } = await km([
      ...['predict', module, '--inputs', inputs, '--signature', 'serving_default'],
      ...['--output', output],
    ]);
    expect(code).toBe(0);
    await access(output);
  }));

test('a prediction without inputs is refused [SavedModelCLITestCase.testRunCommandInputNotGivenError]', async () => {
  const { code, err } = await km(['predict', module, '--signature', 'serving_default']);
  expect([code, err]).toEqual([2, expect.stringContaining("'--inputs <file>'")]);
});
