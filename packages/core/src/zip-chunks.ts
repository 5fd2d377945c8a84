import type { ZipWriter } from '@zip.js/zip.js';
import { checkKey } from './key.ts';
import { type Advance, progressOf } from './progress.ts';
import type { ByteChunks, WriteOptions } from './source.ts';
import { streamChunks } from './stream-chunks.ts';

// MS-DOS time of 1980-01-01 00:00:00, the earliest: independent of clock and time zone.
const FIXED_TIME = 0x0021_0000;
// A regular file that its owner may read and write, as Python's zipfile writes.
const MODE = 0o100600;

/** One entry of an archive to be written. */
export interface ZipEntry {
  readonly key: string;
  /** Bytes of the entry; chunks are pulled when its turn comes. */
  readonly data: Uint8Array | ByteChunks;
}

/**
 * Writes a zip archive, chunk by chunk, for a store's `write`: entries stored in the order given, all dated
 * 1980-01-01, so that equal entries give equal bytes. Entries and archives beyond 4 GiB become zip64.
 * @throws MalformedError on an unsafe key; what the entries or their chunks throw.
 */
export async function* zipChunks(
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
  options?: WriteOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  options?.signal?.throwIfAborted();
  const { Uint8ArrayReader, ZipWriter } = await import('@zip.js/zip.js');
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const zip = new ZipWriter(writable, {
    level: 0,
    rawLastModDate: FIXED_TIME,
    extendedTimestamp: false,
    unixMode: MODE,
    useWebWorkers: false,
  });
  const advance = progressOf(options, 'writing zip', options?.byteLength);
  const failure = addAll(zip, entries, advance, (bytes) => new Uint8ArrayReader(bytes)).then(
    () => undefined,
    async (error: unknown) => {
      await writable.abort(error).catch(() => undefined);
      return { error };
    },
  );
  try {
    yield* streamChunks(readable);
  } catch (error) {
    throw (await failure)?.error ?? error;
  } finally {
    // Also when the archive is not read to its end: the entries are closed before this generator is.
    await failure;
  }
  const failed = await failure;
  if (failed) throw failed.error;
}

async function addAll(
  zip: ZipWriter<unknown>,
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
  advance: Advance,
  readerOf: (bytes: Uint8Array) => Parameters<ZipWriter<unknown>['add']>[1],
): Promise<void> {
  for await (const { key, data } of entries) {
    checkKey(key);
    advance(0);
    if (data instanceof Uint8Array) {
      // Held in memory anyway, so its checksum can stand in front of it.
      await zip.add(key, readerOf(data), { dataDescriptor: false });
      advance(data.length);
    } else {
      const chunks = iterate(data);
      try {
        await zip.add(key, { readable: chunkStream(chunks, advance) });
      } finally {
        // The library leaves a stream that it could not write to its end as it is.
        await chunks.return();
      }
    }
  }
  await zip.close();
}

function chunkStream(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  advance: Advance,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) return controller.close();
        advance(value.length);
        controller.enqueue(value);
      },
    },
    // Nothing is pulled before it is needed.
    { highWaterMark: 0 },
  );
}

async function* iterate(chunks: ByteChunks): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
