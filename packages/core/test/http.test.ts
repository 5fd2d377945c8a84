import { httpSource, httpStore, readAll } from '@km/core';
import { uniform } from '@km/test-utils';
import { type Served, startServer, type TestServer } from './http-server.ts';

const large = new Uint8Array(uniform([25_000], 2).buffer);
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

function serve(served: Partial<Served>): { url: string; served: Served } {
  const path = `/models/${server.objects.size}`;
  const object = { bytes: large, ...served };
  server.objects.set(path, object);
  server.seen.length = 0;
  return { url: server.url + path, served: object };
}

const ranges = (): (string | undefined)[] => server.seen.map(({ headers }) => headers.range);

test('opening takes one request and each read one range', async () => {
  const { url } = serve({ etag: '"v1"' });
  const source = await httpSource(url);
  expect(source).toMatchObject({ name: url, byteLength: 100_000 });
  expect(await source.read(50_000, 50_010)).toEqual(large.slice(50_000, 50_010));
  expect(ranges()).toEqual(['bytes=0-16383', 'bytes=50000-50009']);
  expect(server.seen[1]?.headers['if-range']).toBe('"v1"');
});

test('the first bytes come with the opening', async () => {
  const { url } = serve({});
  const source = await httpSource(url);
  expect(await source.read(8, 16_384)).toEqual(large.slice(8, 16_384));
  expect(await source.read(99, 99)).toHaveLength(0);
  expect(server.seen).toHaveLength(1);
  expect(await source.read(16_383, 16_385)).toEqual(large.slice(16_383, 16_385));
});

test('a small object is read by one request', async () => {
  const { url } = serve({ bytes: large.subarray(0, 1000) });
  const source = await httpSource(url);
  expect(await readAll(source)).toEqual(large.slice(0, 1000));
  expect(server.seen).toHaveLength(1);
});

test('an empty object is one without bytes', async () => {
  const { url } = serve({ bytes: new Uint8Array(0) });
  expect((await httpSource(url)).byteLength).toBe(0);
});

test('a server without ranges is read whole, once', async () => {
  const { url } = serve({ noRanges: true });
  const source = await httpSource(url);
  expect(await source.read(70_000, 70_004)).toEqual(large.slice(70_000, 70_004));
  expect(server.seen).toHaveLength(1);
});

test('a server that declines one range is understood', async () => {
  const { url, served } = serve({ etag: '"v1"' });
  const source = await httpSource(url);
  served.noRanges = true;
  expect(await source.read(70_000, 70_004)).toEqual(large.slice(70_000, 70_004));
});

test('a length that is hidden from this origin is asked for', async () => {
  const { url } = serve({ hideRange: true });
  const source = await httpSource(url);
  expect(source.byteLength).toBe(100_000);
  expect(await source.read(70_000, 70_004)).toEqual(large.slice(70_000, 70_004));
  expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET']);
});

test.each([
  ['its strong tag', { etag: '"v1"' }, { etag: '"v2"' }],
  ['its weak tag', { etag: 'W/"v1"' }, { etag: 'W/"v2"' }],
  [
    'its date',
    { lastModified: 'Mon, 01 Jan 2024 00:00:00 GMT' },
    { lastModified: 'Tue, 02 Jan 2024 00:00:00 GMT' },
  ],
  ['its length', {}, { bytes: large.subarray(0, 90_000) }],
  ['its existence', {}, { status: 404 }],
  ['its length below the range', {}, { bytes: large.subarray(0, 10) }],
] as [string, Partial<Served>, Partial<Served>][])(
  'an object that changed %s while it was read is an error',
  async (_name, before, after) => {
    for (const ifRange of [true, false]) {
      const { url, served } = serve(before);
      const source = await httpSource(url, { ifRange });
      Object.assign(served, after);
      await expect(source.read(70_000, 70_004)).rejects.toMatchObject({
        code: 'KM_IO',
        source: url,
        message: expect.stringContaining('changed on the server'),
      });
    }
  },
);

test('a weak tag is compared but never sent as a condition', async () => {
  const lastModified = 'Mon, 01 Jan 2024 00:00:00 GMT';
  const source = await httpSource(serve({ etag: 'W/"v1"', lastModified }).url);
  await source.read(70_000, 70_004);
  expect(server.seen[1]?.headers['if-range']).toBe(lastModified);
});

test('the condition can be left out', async () => {
  const source = await httpSource(serve({ etag: '"v1"' }).url, { ifRange: false });
  await source.read(70_000, 70_004);
  expect(server.seen[1]?.headers).not.toHaveProperty('if-range');
});

test('a range other than the one asked for is refused', async () => {
  const { url, served } = serve({});
  const source = await httpSource(url);
  served.shift = 4;
  await expect(source.read(70_000, 70_004)).rejects.toMatchObject({ code: 'KM_MALFORMED' });
});

test('a compressed range is refused', async () => {
  const { url } = serve({ headers: { 'content-encoding': 'x-packed' } });
  await expect(httpSource(url)).rejects.toMatchObject({ code: 'KM_UNSUPPORTED' });
});

test('a transfer that is cut short is an error', async () => {
  const { url, served } = serve({});
  const source = await httpSource(url);
  served.cutAfter = 10;
  await expect(source.read(50_000, 60_000)).rejects.toMatchObject({ code: 'KM_IO', source: url });
});

test.each([401, 403, 500, 503])('the status %i is an error that names it', async (status) => {
  const { url } = serve({ status });
  await expect(httpSource(url)).rejects.toMatchObject({
    code: 'KM_IO',
    message: expect.stringContaining(`answered ${status}`),
  });
});

test('a server that cannot be reached is an error', async () => {
  const closed = await startServer();
  await closed.close();
  await expect(httpSource(`${closed.url}/a`)).rejects.toMatchObject({ code: 'KM_IO' });
});

test('an absent resource is not found', async () => {
  await expect(httpSource(`${server.url}/none`)).rejects.toMatchObject({ code: 'KM_NOT_FOUND' });
  expect(await httpStore(server.url).open('none')).toBeUndefined();
});

test('a store puts keys below its URL, escaped, and keeps the query and the headers', async () => {
  server.objects.set('/base/a b/ü#?.bin', { bytes: large.subarray(0, 5) });
  server.seen.length = 0;
  const store = httpStore(`${server.url}/base?token=x`, { headers: { authorization: 'Bearer y' } });
  const source = await store.open('a b/ü#?.bin');
  expect(source?.byteLength).toBe(5);
  expect(server.seen[0]?.url).toBe('/base/a%20b/%C3%BC%23%3F.bin?token=x');
  expect(server.seen[0]?.headers.authorization).toBe('Bearer y');
  await expect(store.open('../a')).rejects.toMatchObject({ code: 'KM_MALFORMED' });
});

test('a base that is no URL is the caller’s mistake', () => {
  expect(() => httpStore('not a url')).toThrow('Invalid URL');
});

test('requests are cancelled by a signal, with its reason', async () => {
  const { url } = serve({});
  await expect(httpSource(url, {}, { signal: AbortSignal.abort('stop') })).rejects.toBe('stop');
  const source = await httpSource(url);
  const controller = new AbortController();
  const read = source.read(20_000, 90_000, {
    signal: controller.signal,
    onProgress: () => controller.abort('enough'),
  });
  await expect(read).rejects.toBe('enough');
});

test('progress counts the bytes of the range', async () => {
  const source = await httpSource(serve({}).url);
  let last: unknown;
  await source.read(20_000, 90_000, { onProgress: (progress) => (last = progress) });
  expect(last).toMatchObject({ done: 70_000, total: 70_000 });
});

test('a fetch of the caller’s is used', async () => {
  const fetch = async (): Promise<Response> => new Response('hello', { status: 200 });
  const source = await httpSource('https://example.test/a', { fetch });
  expect(new TextDecoder().decode(await readAll(source))).toBe('hello');
});
