import type { FileEntry, ZipReader } from '@zip.js/zip.js';
import { LimitError, MalformedError } from './errors.ts';
import { checkKey, compareKeys } from './key.ts';
import { MAX_INFLATED_BYTES, MAX_ZIP_DIRECTORY_BYTES, MAX_ZIP_ENTRIES } from './limits.ts';
import type { ByteSource, ReadOptions } from './source.ts';
import type { ReadableStore } from './store.ts';
import { openZipEntry } from './zip-entry.ts';
import { zipError } from './zip-error.ts';

/** How a zip archive is read. */
export interface ZipOptions extends ReadOptions {
  /** Most bytes that one deflated entry may inflate to; 4 GiB unless set. */
  readonly maxInflatedBytes?: number;
}

/** A read-only store of the entries of a zip archive. */
export interface ZipStore extends ReadableStore {
  list(prefix: string, options?: ReadOptions): AsyncIterable<string>;
}

/**
 * Opens a zip archive, zip64 included, and reads its directory.
 * Ranges of a stored entry are read straight from the archive; a deflated entry is inflated whole when first read.
 * The checksum is verified when an entry is read from its start to its end, at once or in order.
 * @throws MalformedError when it is no zip archive or holds unsafe names; LimitError on too many entries.
 */
export async function zipStore(source: ByteSource, options: ZipOptions = {}): Promise<ZipStore> {
  options.signal?.throwIfAborted();
  const entries = await readDirectory(source, options);
  const maxInflatedBytes = options.maxInflatedBytes ?? MAX_INFLATED_BYTES;
  return {
    async open(key, readOptions) {
      readOptions?.signal?.throwIfAborted();
      const entry = entries.get(checkKey(key));
      return entry && openZipEntry(source, entry, maxInflatedBytes, readOptions);
    },
    async *list(prefix) {
      yield* [...entries.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
    },
  };
}

async function readDirectory(
  source: ByteSource,
  options: ZipOptions,
): Promise<Map<string, FileEntry>> {
  let signal = options.signal;
  const { Reader, ZipReader } = await import('@zip.js/zip.js');
  const reader = Object.assign(new Reader(undefined), {
    size: source.byteLength,
    async readUint8Array(index: number, length: number): Promise<Uint8Array> {
      if (length > MAX_ZIP_DIRECTORY_BYTES) {
        throw new LimitError(
          `${source.name}: a zip directory of ${length} bytes exceeds the ${MAX_ZIP_DIRECTORY_BYTES} allowed.`,
          { source: source.name },
        );
      }
      const start = Math.min(Math.max(index, 0), source.byteLength);
      const end = Math.min(start + length, source.byteLength);
      return source.read(start, end, { signal });
    },
  });
  try {
    return await collectEntries(new ZipReader(reader, { useWebWorkers: false }), source.name);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw zipError(error, source.name);
  } finally {
    // Entries are inflated through the same reader later, when this signal has no say.
    signal = undefined;
  }
}

async function collectEntries(
  zip: ZipReader<unknown>,
  name: string,
): Promise<Map<string, FileEntry>> {
  const entries = new Map<string, FileEntry>();
  let count = 0;
  for await (const entry of zip.getEntriesGenerator({ checkAmbiguity: false })) {
    if (++count > MAX_ZIP_ENTRIES) {
      throw new LimitError(`${name} has more than the ${MAX_ZIP_ENTRIES} zip entries allowed.`, {
        source: name,
      });
    }
    if (entry.directory) continue;
    const key = checkKey(entry.filename);
    if (entries.has(key)) {
      throw new MalformedError(`${name} holds two entries named ${key}.`, { source: name });
    }
    entries.set(key, entry);
  }
  return entries;
}
