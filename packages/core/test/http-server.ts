import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An object on the test server, and how the server treats it. */
export interface Served {
  bytes: Uint8Array;
  etag?: string;
  lastModified?: string;
  /** Ignores ranges: every answer is the whole object. */
  noRanges?: boolean;
  /** Hides Content-Range, as a server of another origin may. */
  hideRange?: boolean;
  /** Sends only this many bytes of each body and drops the connection. */
  cutAfter?: number;
  /** Answers every request with this status. */
  status?: number;
  /** More headers of each answer. */
  headers?: Record<string, string>;
  /** Shifts the range that is sent. */
  shift?: number;
}

/** One request that the server got. */
export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

/** A server on the loopback interface with ranges and validators. */
export interface TestServer {
  readonly url: string;
  readonly objects: Map<string, Served>;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** Starts the server. */
export async function startServer(): Promise<TestServer> {
  const objects = new Map<string, Served>();
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    const served = objects.get(path);
    if (served) answer(served, request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(served: Served, request: IncomingMessage, response: ServerResponse): void {
  if (served.status !== undefined) {
    response.writeHead(served.status).end();
    return;
  }
  const headers: Record<string, string | number> = {
    ...(served.etag !== undefined && { etag: served.etag }),
    ...(served.lastModified !== undefined && { 'last-modified': served.lastModified }),
    ...served.headers,
  };
  const total = served.bytes.length;
  const range = wantedRange(served, request);
  if (range === undefined) {
    send(response, served, 200, headers, served.bytes, request.method);
    return;
  }
  const [start, end] = range;
  if (start >= total) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${total}` }).end();
    return;
  }
  if (!served.hideRange) headers['content-range'] = `bytes ${start}-${end - 1}/${total}`;
  send(response, served, 206, headers, served.bytes.subarray(start, end), request.method);
}

function wantedRange(served: Served, request: IncomingMessage): [number, number] | undefined {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  if (match === null || served.noRanges) return undefined;
  if (condition !== undefined && condition !== served.etag && condition !== served.lastModified) {
    return undefined;
  }
  const shift = served.shift ?? 0;
  return [Number(match[1]) + shift, Math.min(Number(match[2]) + 1 + shift, served.bytes.length)];
}

function send(
  response: ServerResponse,
  served: Served,
  status: number,
  headers: Record<string, string | number>,
  body: Uint8Array,
  method: string | undefined,
): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (method === 'HEAD') {
    response.end();
  } else if (served.cutAfter !== undefined && served.cutAfter < body.length) {
    response.write(body.subarray(0, served.cutAfter), () => response.destroy());
  } else {
    response.end(body);
  }
}
