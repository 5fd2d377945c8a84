import { joinChunks } from './chunks.ts';
import { fieldOf, IoError, messageOf } from './errors.ts';
import { checkKey, compareKeys } from './key.ts';
import { progressOf } from './progress.ts';
import { checkRead } from './range.ts';
import type { ByteSource } from './source.ts';
import type { Store } from './store.ts';

/** A client of an object storage, in the shape of an OpenDAL `Operator`. */
export interface ObjectClient {
  /** Describes an object; fails, or resolves to nothing, when there is none. */
  stat(path: string): Promise<ObjectStat | undefined | null>;
  /** Reads a range of an object; fails when its tag is no longer `ifMatch`. */
  read(path: string, range: ObjectRange): Promise<Uint8Array>;
  write?(path: string, content: Uint8Array): Promise<unknown>;
  delete?(path: string): Promise<unknown>;
  list?(path: string, options: { recursive: boolean }): Promise<Iterable<ObjectEntry>>;
}

/** A range of an object, of a version if the client knows versions. */
export interface ObjectRange {
  readonly offset: bigint;
  readonly size: bigint;
  readonly ifMatch?: string;
}

/** What a client tells of an object. */
export interface ObjectStat {
  readonly contentLength: bigint | number | null | undefined;
  /** Tag of the version, which must stay the same while the object is read. */
  readonly etag?: string | null | undefined;
}

/** An object or a folder in a listing; the path of a folder ends in `/`. */
export interface ObjectEntry {
  path(): string;
}

/** How an object store uses its client. */
export interface ObjectStoreOptions {
  /** Put in front of every key, such as `models/v1/`. */
  readonly prefix?: string;
  /** Tells the client's error for an absent object from a failure; by code, name or status unless set. */
  readonly isNotFound?: (error: unknown) => boolean;
}

/**
 * Makes a store of the objects that a client of an object storage reaches, such as an OpenDAL `Operator`.
 * Objects are written in one call, so their bytes are held in memory meanwhile.
 */
export function objectStore(client: ObjectClient, settings: ObjectStoreOptions = {}): Store {
  const prefix = settings.prefix ?? '';
  const isNotFound = settings.isNotFound ?? looksNotFound;
  const pathOf = (key: string): string => prefix + checkKey(key);
  return {
    async open(key, options) {
      options?.signal?.throwIfAborted();
      const path = pathOf(key);
      const stat = await client.stat(path).catch((error) => {
        if (isNotFound(error)) return undefined;
        throw ioError(error, path);
      });
      options?.signal?.throwIfAborted();
      return stat ? objectSource(client, path, stat) : undefined;
    },
    async *list(keyPrefix, options) {
      options?.signal?.throwIfAborted();
      if (!client.list) throw new TypeError('This client cannot list objects.');
      const entries = await client.list(prefix, { recursive: true }).catch((error) => {
        if (isNotFound(error)) return [];
        throw ioError(error, prefix);
      });
      const keys = Array.from(entries, (entry) => entry.path())
        .filter((path) => path.startsWith(prefix + keyPrefix) && !path.endsWith('/'))
        .map((path) => path.slice(prefix.length));
      yield* keys.sort(compareKeys);
    },
    async write(key, chunks, options) {
      const path = pathOf(key);
      if (!client.write) throw new TypeError('This client cannot write objects.');
      const bytes = await joinChunks(chunks, options);
      options?.signal?.throwIfAborted();
      await client.write(path, bytes).catch((error) => {
        throw ioError(error, path);
      });
      progressOf(options, `writing ${path}`, bytes.length)(bytes.length);
    },
    async delete(key, options) {
      options?.signal?.throwIfAborted();
      const path = pathOf(key);
      if (!client.delete) throw new TypeError('This client cannot delete objects.');
      await client.delete(path).catch((error) => {
        if (!isNotFound(error)) throw ioError(error, path);
      });
    },
  };
}

function objectSource(client: ObjectClient, path: string, stat: ObjectStat): ByteSource {
  if (stat.contentLength == null) {
    throw new IoError(`${path}: the client does not tell the length.`, { source: path });
  }
  const source: ByteSource = {
    name: path,
    byteLength: Number(stat.contentLength),
    async read(start, end, options) {
      checkRead(source, start, end, options);
      if (start === end) return new Uint8Array(0);
      const range = {
        offset: BigInt(start),
        size: BigInt(end - start),
        ...(stat.etag != null && { ifMatch: stat.etag }),
      };
      const bytes = await client.read(path, range).catch((error) => {
        throw changedError(error, path) ?? ioError(error, path);
      });
      progressOf(options, `reading ${path}`, end - start)(bytes.length);
      if (bytes.length === end - start)
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      throw new IoError(
        `${path}: ${bytes.length} bytes came when ${end - start} were asked for; the object changed, or the client ignores ranges.`,
        { source: path, offset: start },
      );
    },
  };
  return source;
}

function looksNotFound(error: unknown): boolean {
  return /\b(NotFound|NoSuchKey|ENOENT|404)\b/.test(fieldsOf(error));
}

function changedError(error: unknown, path: string): IoError | undefined {
  if (!/\b(PreconditionFailed|ConditionNotMatch|412)\b/.test(fieldsOf(error))) return undefined;
  const message = `${path} changed in the storage while it was being read; open it again.`;
  return new IoError(message, { source: path, cause: error });
}

function fieldsOf(error: unknown): string {
  return ['code', 'name', 'message'].map((field) => fieldOf(error, field)).join(' ');
}

function ioError(error: unknown, path: string): IoError {
  return new IoError(`${path}: ${messageOf(error)}`, { source: path, cause: error });
}
