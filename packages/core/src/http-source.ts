import { IoError, MalformedError, NotFoundError } from './errors.ts';
import {
  discard,
  type HttpOptions,
  readBody,
  readBodyRange,
  request,
  statusError,
} from './http-request.ts';
import { MAX_HTTP_BODY_BYTES } from './limits.ts';
import { memorySource } from './memory-source.ts';
import { progressOf } from './progress.ts';
import { checkRead } from './range.ts';
import type { ByteSource, ReadOptions } from './source.ts';

// Small files, and the headers of large ones, come with the first request.
const HEAD_BYTES = 16 * 1024;

interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

interface Pinned {
  readonly url: string;
  readonly byteLength: number;
  readonly validators: Validators;
  readonly http: HttpOptions;
}

/**
 * Opens an HTTP resource for random access by range requests; the version seen first is pinned.
 * A server without ranges is read whole into memory.
 * @throws NotFoundError when the resource does not exist; IoError when the network or the server fails.
 */
export async function httpSource(
  url: string | URL,
  http: HttpOptions = {},
  options?: ReadOptions,
): Promise<ByteSource> {
  const source = await openHttp(String(url), http, options);
  if (source) return source;
  throw new NotFoundError(`${String(url)} does not exist; check the address.`, {
    source: String(url),
  });
}

/** Opens an HTTP resource; resolves to `undefined` when it does not exist. */
export async function openHttp(
  url: string,
  http: HttpOptions,
  options?: ReadOptions,
): Promise<ByteSource | undefined> {
  const signal = options?.signal;
  const headers = { range: `bytes=0-${HEAD_BYTES - 1}` };
  const response = await request(url, http, { headers, signal });
  if (response.status === 206) return openRanges(url, http, response, options);
  if (response.status === 200) {
    const advance = progressOf(options, `reading ${url}`, contentLength(response));
    return memorySource(await readBody(url, response, MAX_HTTP_BODY_BYTES, advance, signal), url);
  }
  await discard(response);
  if (response.status === 404 || response.status === 410) return undefined;
  // The first range of an empty resource cannot be satisfied.
  if (response.status === 416 && contentRange(response)?.total === 0) {
    return memorySource(new Uint8Array(0), url);
  }
  throw statusError(url, response);
}

async function openRanges(
  url: string,
  http: HttpOptions,
  response: Response,
  options: ReadOptions | undefined,
): Promise<ByteSource> {
  const byteLength = contentRange(response)?.total ?? (await lengthByHead(url, http, options));
  const end = Math.min(HEAD_BYTES, byteLength);
  const advance = progressOf(options, `reading ${url}`, end);
  const range = { start: 0, end };
  const head = await readBodyRange(url, response, range, advance, options?.signal);
  const pinned: Pinned = { url, byteLength, validators: validatorsOf(response), http };
  if (end === byteLength) return memorySource(head, url);
  const first = memorySource(head, url);
  const source: ByteSource = {
    name: url,
    byteLength,
    async read(from, to, readOptions) {
      checkRead(source, from, to, readOptions);
      if (to <= head.length) return first.read(from, to, readOptions);
      return readRange(pinned, from, to, readOptions);
    },
  };
  return source;
}

async function readRange(
  pinned: Pinned,
  start: number,
  end: number,
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  if (start === end) return new Uint8Array(0);
  const { url, http } = pinned;
  const signal = options?.signal;
  const ifRange = http.ifRange === false ? undefined : conditionOf(pinned.validators);
  const headers = {
    range: `bytes=${start}-${end - 1}`,
    ...(ifRange !== undefined && { 'if-range': ifRange }),
  };
  const response = await request(url, http, { headers, signal });
  const problem = problemOf(pinned, response, start, end);
  if (problem) {
    await discard(response);
    throw problem;
  }
  const advance = progressOf(options, `reading ${url}`, end - start);
  const range = response.status === 200 ? { start, end } : { start: 0, end: end - start };
  return readBodyRange(url, response, range, advance, signal);
}

function problemOf(
  pinned: Pinned,
  response: Response,
  start: number,
  end: number,
): Error | undefined {
  const { url } = pinned;
  const { status } = response;
  if (status === 404 || status === 410 || status === 412 || status === 416) return changed(url);
  if (status !== 200 && status !== 206) return statusError(url, response);
  if (differ(pinned.validators, validatorsOf(response))) return changed(url);
  if (status === 200) {
    // The same version sent whole: the server declined the range this time.
    return contentLength(response) === pinned.byteLength ? undefined : changed(url);
  }
  const range = contentRange(response);
  if (range === undefined) return undefined;
  if (range.total !== undefined && range.total !== pinned.byteLength) return changed(url);
  if (range.start === start && range.end === end) return undefined;
  return new MalformedError(
    `${url}: the server sent bytes [${range.start}, ${range.end}) when [${start}, ${end}) were asked for.`,
    { source: url, offset: start },
  );
}

function changed(url: string): IoError {
  return new IoError(`${url} changed on the server while it was being read; open it again.`, {
    source: url,
  });
}

function validatorsOf(response: Response): Validators {
  const { headers } = response;
  return { etag: headers.get('etag'), lastModified: headers.get('last-modified') };
}

/** A weak tag or a missing header proves nothing, so the other validator decides. */
function conditionOf({ etag, lastModified }: Validators): string | undefined {
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return lastModified ?? undefined;
}

function differ(pinned: Validators, now: Validators): boolean {
  if (pinned.etag !== null && now.etag !== null) return pinned.etag !== now.etag;
  if (pinned.lastModified === null || now.lastModified === null) return false;
  return pinned.lastModified !== now.lastModified;
}

async function lengthByHead(
  url: string,
  http: HttpOptions,
  options: ReadOptions | undefined,
): Promise<number> {
  const response = await request(url, http, { method: 'HEAD', signal: options?.signal });
  await discard(response);
  const length = response.ok ? contentLength(response) : undefined;
  if (length !== undefined) return length;
  throw new IoError(
    `${url}: the server does not tell the length; let it expose the header Content-Range to this origin.`,
    { source: url },
  );
}

function contentLength(response: Response): number | undefined {
  const text = response.headers.get('content-length');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly total: number | undefined;
}

function contentRange(response: Response): ContentRange | undefined {
  const text = response.headers.get('content-range') ?? '';
  const match = /^bytes\s+(?:(\d{1,15})-(\d{1,15})|\*)\/(?:(\d{1,15})|\*)$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, first, last, total] = match;
  return {
    start: Number(first ?? 0),
    end: last === undefined ? 0 : Number(last) + 1,
    total: total === undefined ? undefined : Number(total),
  };
}
