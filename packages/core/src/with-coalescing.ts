import { checkRead } from './range.ts';
import { sharedRead } from './shared-read.ts';
import type { ByteSource, ReadOptions } from './source.ts';
import type { ReadableStore } from './store.ts';

/** How reads are merged. */
export interface CoalescingOptions {
  /** Bytes between two ranges up to which they are read as one; 64 KiB unless set. */
  readonly maxGap?: number;
  /** Bytes of one merged read at most; 16 MiB unless set. */
  readonly maxBytes?: number;
}

interface Request {
  readonly start: number;
  readonly end: number;
  readonly options: ReadOptions | undefined;
  readonly resolve: (bytes: Promise<Uint8Array>) => void;
}

/** Wraps a store so that near ranges of an object that are requested in the same tick are read as one. */
export function withCoalescing(
  store: ReadableStore,
  coalescing: CoalescingOptions = {},
): ReadableStore {
  return wrapStore(store, (source) => coalescedSource(source, coalescing));
}

/** Wraps a store so that each object it opens is wrapped. */
export function wrapStore(
  store: ReadableStore,
  wrap: (source: ByteSource) => ByteSource,
): ReadableStore {
  const list = store.list?.bind(store);
  return {
    async open(key, options) {
      const source = await store.open(key, options);
      return source && wrap(source);
    },
    ...(list && { list }),
  };
}

/** Wraps a source so that near ranges that are requested in the same tick are read as one. */
export function coalescedSource(
  source: ByteSource,
  coalescing: CoalescingOptions = {},
): ByteSource {
  const maxGap = coalescing.maxGap ?? 64 * 1024;
  const maxBytes = coalescing.maxBytes ?? 16 * 1024 * 1024;
  let pending: Request[] = [];
  const flush = (): void => {
    const requests = pending.sort((a, b) => a.start - b.start);
    pending = [];
    for (const group of groupNear(requests, maxGap, maxBytes)) readGroup(source, group);
  };
  return {
    name: source.name,
    byteLength: source.byteLength,
    async read(start, end, options) {
      checkRead(source, start, end, options);
      return new Promise((resolve) => {
        if (pending.length === 0) queueMicrotask(flush);
        pending.push({ start, end, options, resolve });
      });
    },
  };
}

function groupNear(requests: readonly Request[], maxGap: number, maxBytes: number): Request[][] {
  const groups: Request[][] = [];
  let groupStart = 0;
  let groupEnd = Number.NEGATIVE_INFINITY;
  for (const request of requests) {
    const end = Math.max(groupEnd, request.end);
    if (request.start - groupEnd <= maxGap && end - groupStart <= maxBytes) {
      groups.at(-1)?.push(request);
      groupEnd = end;
    } else {
      groups.push([request]);
      groupStart = request.start;
      groupEnd = request.end;
    }
  }
  return groups;
}

function readGroup(source: ByteSource, group: readonly Request[]): void {
  const [first] = group;
  if (first === undefined) return;
  if (group.length === 1) {
    first.resolve(source.read(first.start, first.end, first.options));
    return;
  }
  const end = Math.max(...group.map((request) => request.end));
  const shared = sharedRead((signal) => source.read(first.start, end, { signal }));
  for (const request of group) {
    request.resolve(
      shared.join(request.options?.signal).then((bytes) => {
        const length = request.end - request.start;
        const stage = `reading ${source.name}`;
        request.options?.onProgress?.({ stage, done: length, total: length });
        // A copy, so that a small value does not keep the whole merged read in memory.
        return bytes.slice(request.start - first.start, request.end - first.start);
      }),
    );
  }
}
