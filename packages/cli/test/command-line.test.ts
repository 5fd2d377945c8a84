import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fixturePath, readFixture } from '@km/test-utils';
import { EXIT_CODES } from '../src/index.ts';
import { progressBar } from '../src/progress-bar.ts';
import { inFolder, km, kmJson } from './support.ts';

const MODEL = fixturePath('models/tf-2.15.1/dense.h5');

test('help and version go to the output and end well', async () => {
  for (const argv of [['--help'], ['help'], ['help', 'fit'], ['predict', '--help']]) {
    const { code, out, err } = await km(argv);
    expect({ argv, code, err }).toEqual({ argv, code: 0, err: '' });
    expect(out).toMatch(/^Usage: km /);
  }
  const { out } = await km(['--help']);
  for (const command of ['inspect', 'verify', 'diff', 'predict', 'convert', 'evaluate', 'fit']) {
    expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  }
  expect(out).toContain('Exit codes: 0 ok');
});

test('a command line that is wrong says how, on the error stream, and ends with 2', async () => {
  const cases = [
    [[], 'Usage: km'],
    [['inspekt', 'x'], "unknown command 'inspekt'\n(Did you mean inspect?)"],
    [['inspect'], "missing required argument 'path'"],
    [['inspect', MODEL, '--jsn'], "unknown option '--jsn'"],
    [['predict', MODEL], "required option '--inputs <file>' not specified"],
    [['fit', MODEL, '--x', 'x', '--out', 'y', '--epochs', '0'], 'Give a whole number, 1 or more.'],
    [['fit', MODEL, '--x', 'x', '--out', 'y', '--seed', '1.5'], 'Give a whole number, 0 or more.'],
    [['fit', MODEL, '--x', 'x', '--out', 'y', '--validation-split', '1'], 'Give a number from 0'],
    [['convert', MODEL, 'y', '--format', 'onnx'], 'Allowed choices are h5, keras, tf'],
  ] as const;
  for (const [argv, message] of cases) {
    const { code, out, err } = await km(argv);
    expect({ argv, code, out }).toEqual({ argv, code: 2, out: '' });
    expect(err).toContain(message);
  }
});

test('each kind of failure has its exit code and one message', async () => {
  await inFolder(async (folder) => {
    const write = async (name: string, content: string | Uint8Array): Promise<string> => {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return file;
    };
    const bytes = readFixture('models/tf-2.15.1/dense.h5');
    const cases = [
      [
        path.join(folder, 'none.h5'),
        'notFound',
        /^km: KM_NOT_FOUND: There is nothing at .*none\.h5/,
      ],
      [folder, 'notFound', /is a directory without a model/],
      [await write('cut.h5', bytes.slice(0, 5000)), 'damaged', /^km: KM_TRUNCATED: /],
      [
        await write('lfs.h5', 'version https://git-lfs.github.com/spec/v1\n'),
        'damaged',
        /Git LFS pointer/,
      ],
      [await write('x.bin', 'hello'), 'damaged', /^km: KM_MALFORMED: /],
      [fixturePath('numpy/objects.npy'), 'unsupported', /^km: KM_UNSUPPORTED: .*pickles/],
      [
        await write('x.json', '{"a": {"b": {"c": 1}}}'),
        'damaged',
        /neither the architecture .* nor arrays/,
      ],
      [await write('y.json', '{"a": '), 'damaged', /^km: KM_MALFORMED: Not JSON/],
    ] as const;
    for (const [file, kind, message] of cases) {
      const { code, out, err } = await km(['inspect', file]);
      expect({ file, code, out }).toEqual({ file, code: EXIT_CODES[kind], out: '' });
      expect(err).toMatch(message);
      expect(err).not.toMatch(/^ {4}at .*\(/m);
    }
  });
});

test('--debug shows where an error was thrown', async () => {
  const { err } = await km(['inspect', 'nowhere', '--debug']);
  expect(err).toMatch(/^NotFoundError: There is nothing at nowhere.*\n {4}at /m);
});

test('a message cannot send control characters to the terminal', async () => {
  const { err } = await km(['inspect', 'no\u001b[2Jwhere\u202e']);
  expect(err).toContain('no\\x1b[2Jwhere\\u202e');
});

test('an aborted command ends with 130', async () => {
  const signal = AbortSignal.abort();
  for (const command of ['inspect', 'verify']) {
    expect(await km([command, MODEL], { signal })).toEqual({
      code: EXIT_CODES.interrupted,
      out: '',
      err: 'km: interrupted\n',
    });
  }
});

async function withServer(
  files: ReadonlyMap<string, Uint8Array>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const bytes = files.get(request.url ?? '');
    if (bytes === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': bytes.length });
    return response.end(request.method === 'HEAD' ? undefined : bytes);
  });
  // Longer than any pause of a busy machine, after which a client would meet a closed connection.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await work(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('what lies behind a URL is read as a file or directory is', async () => {
  const folder = 'models/tf-2.15.1';
  const names = [
    'saved_model.pb',
    'keras_metadata.pb',
    'fingerprint.pb',
    'variables/variables.index',
  ];
  const files = new Map(
    [...names, 'variables/variables.data-00000-of-00001'].map((name) => [
      `/tf/${name}`,
      readFixture(`${folder}/dense_tf/${name}`),
    ]),
  );
  files.set('/dense.keras', readFixture(`${folder}/dense.keras`));
  await withServer(files, async (url) => {
    expect(await kmJson('inspect', `${url}/dense.keras`)).toMatchObject({
      format: 'keras',
      parameters: 163,
    });
    expect(await kmJson('inspect', `${url}/tf/`)).toMatchObject({
      format: 'saved-model',
      parameters: 163,
    });
    const inputs = ['--inputs', '-'];
    const stdin = [new TextEncoder().encode(JSON.stringify([Array(4).fill([0, 0, 0, 0])]))];
    for (const path of ['/dense.keras', '/tf/']) {
      const found = await km(['predict', `${url}${path}`, ...inputs], { stdin: iterate(stdin) });
      expect(found).toMatchObject({ code: 0, err: '' });
    }
    expect((await km(['inspect', `${url}/none`])).code).toBe(3);
  });
});

async function* iterate<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

test('a progress bar is drawn on a terminal only, and only for long work', async () => {
  const drawn = async (isTTY: boolean, quiet: boolean, wait: number): Promise<string> => {
    const texts: string[] = [];
    const stream = { isTTY, columns: 80, write: (text: string) => texts.push(text) };
    const bar = await progressBar(stream, quiet);
    bar.onProgress({ stage: 'reading', done: 1, total: 4 });
    await new Promise((resolve) => setTimeout(resolve, wait));
    bar.onProgress({ stage: 'reading', done: 2, total: 4 });
    bar.stop();
    return texts.join('');
  };
  expect(await drawn(true, false, 500)).toMatch(/ 50% reading/);
  expect(await drawn(true, false, 0)).toBe('');
  expect(await drawn(true, true, 500)).toBe('');
  expect(await drawn(false, false, 500)).toBe('');
});
