import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { confirmAt } from '../src/node-confirm.ts';

function terminal(typed: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  input.end(typed);
  return { input, output, shown: (): string => String(output.read() ?? '') };
}

test.each([
  ['y\n', true],
  ['YES\n', true],
  ['n\n', false],
  ['what?\ny\n', true],
  ['', false],
])(
  'a person who types %j to the question whether to overwrite means %s',
  async (typed, expected) => {
    const { input, output } = terminal(typed);
    expect(await confirmAt({ input, output }, 'm.h5 already exists - overwrite?')).toBe(expected);
  },
);

test('an answer that is neither yes nor no is asked for again, saying what to type', async () => {
  const { input, output, shown } = terminal('perhaps\nn\n');
  await confirmAt({ input, output }, 'm.h5 already exists - overwrite?');
  const text = shown();
  expect(text).toContain('m.h5 already exists - overwrite? [y/n]');
  expect(text).toContain('Enter "y" (overwrite) or "n" (cancel).');
});

test('nobody is asked when input or output is not a terminal', async () => {
  const { input, output, shown } = terminal('y\n', false);
  expect(await confirmAt({ input, output }, 'm.h5 already exists - overwrite?')).toBeUndefined();
  expect(shown()).toBe('');
});
