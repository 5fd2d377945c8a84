import { IoError, LimitError, messageOf, TruncatedError, UnsupportedError } from './errors.ts';
import type { Advance } from './progress.ts';
import { streamChunks } from './stream-chunks.ts';

/** How HTTP requests are made. */
export interface HttpOptions {
  /** Makes the requests; the platform's `fetch` unless set. */
  readonly fetch?: typeof globalThis.fetch;
  /** Headers of every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Sends `If-Range` with each read, so that a server need not send a range of a changed object; true unless set.
   * Other origins must allow that header; without it a change is still seen, by comparing validators.
   */
  readonly ifRange?: boolean;
}

/** Makes a request. @throws IoError when the network fails; the signal's reason when it is aborted. */
export async function request(
  url: string,
  http: HttpOptions,
  init: { method?: string; headers?: Record<string, string>; signal?: AbortSignal | undefined },
): Promise<Response> {
  init.signal?.throwIfAborted();
  const make = http.fetch ?? globalThis.fetch;
  try {
    return await make(url, {
      method: init.method ?? 'GET',
      headers: { ...http.headers, ...init.headers },
      signal: init.signal ?? null,
    });
  } catch (cause) {
    throw networkError(url, cause, init.signal);
  }
}

function networkError(url: string, cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const reason = messageOf(cause);
  const message = `${url}: ${reason}; check the address, the connection, and that the server allows this origin.`;
  return new IoError(message, { source: url, cause });
}

/** The error of an unexpected status. */
export function statusError(url: string, response: Response): IoError {
  const text = response.statusText === '' ? '' : ` ${response.statusText}`;
  return new IoError(`${url}: the server answered ${response.status}${text}.`, { source: url });
}

/** Frees the connection of a response whose body is not wanted. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

/** Which bytes of a body are wanted. */
export interface BodyRange {
  readonly start: number;
  /** End of the wanted bytes; those after it are not transferred. */
  readonly end: number;
}

/** Reads a range of a body. @throws TruncatedError when the body ends before the range does. */
export async function readBodyRange(
  url: string,
  response: Response,
  range: BodyRange,
  advance: Advance,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  refuseCompressed(url, response);
  const bytes = new Uint8Array(range.end - range.start);
  let position = 0;
  for await (const chunk of bodyChunks(url, response, signal)) {
    const from = Math.max(0, range.start - position);
    const part = chunk.subarray(from, Math.max(from, range.end - position));
    bytes.set(part, Math.max(0, position - range.start));
    position += chunk.length;
    advance(part.length);
    if (position >= range.end) return bytes;
  }
  if (position >= range.end) return bytes;
  throw new TruncatedError(
    `${url}: the server sent ${position} of ${range.end} bytes; the transfer was cut short: try again.`,
    { source: url, offset: position },
  );
}

/** Reads a whole body. @throws LimitError when it exceeds `limit` bytes. */
export async function readBody(
  url: string,
  response: Response,
  limit: number,
  advance: Advance,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bodyChunks(url, response, signal)) {
    length += chunk.length;
    if (length > limit) {
      throw new LimitError(
        `${url}: the server sends no ranges and more than ${limit} bytes; use a server that supports ranges.`,
        { source: url },
      );
    }
    parts.push(chunk);
    advance(chunk.length);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

async function* bodyChunks(
  url: string,
  response: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!response.body) return;
  try {
    yield* streamChunks(response.body);
  } catch (cause) {
    throw networkError(url, cause, signal);
  }
}

function refuseCompressed(url: string, response: Response): void {
  const encoding = response.headers.get('content-encoding') ?? 'identity';
  if (encoding === 'identity') return;
  throw new UnsupportedError(
    `${url}: the server compresses ranges (${encoding}), which cannot be put together; turn that off for this file.`,
    { source: url },
  );
}
