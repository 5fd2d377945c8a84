import { LimitError } from './errors.ts';
import { progressOf } from './progress.ts';
import type { ByteChunks, ByteSource, ReadOptions } from './source.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Reads a whole source. */
export function readAll(source: ByteSource, options?: ReadOptions): Promise<Uint8Array> {
  return source.read(0, source.byteLength, options);
}

/** Reads a source piece by piece, for a store's `write`; pieces have 4 MiB unless `chunkBytes` says otherwise. */
export async function* sourceChunks(
  source: ByteSource,
  options?: ReadOptions & { readonly chunkBytes?: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const step = options?.chunkBytes ?? CHUNK_BYTES;
  const advance = progressOf(options, `reading ${source.name}`, source.byteLength);
  for (let start = 0; start < source.byteLength; start += step) {
    const end = Math.min(start + step, source.byteLength);
    const chunk = await source.read(start, end, { signal: options?.signal });
    advance(chunk.length);
    yield chunk;
  }
}

/**
 * Joins chunks into fresh memory.
 * @throws LimitError when they hold more than `limit` bytes; the signal's reason when it is aborted.
 */
export async function joinChunks(
  chunks: ByteChunks,
  options?: ReadOptions & { readonly limit?: number },
): Promise<Uint8Array> {
  const limit = options?.limit ?? Number.MAX_SAFE_INTEGER;
  const parts: Uint8Array[] = [];
  let length = 0;
  options?.signal?.throwIfAborted();
  for await (const chunk of chunks) {
    options?.signal?.throwIfAborted();
    length += chunk.length;
    if (length > limit) throw new LimitError(`More than the ${limit} bytes allowed arrived.`);
    parts.push(new Uint8Array(chunk));
  }
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
