import {
  type ByteSource,
  ChecksumError,
  MalformedError,
  NotFoundError,
  type ReadableStore,
  type ReadOptions,
  TruncatedError,
} from '@km/core';
import { maskCrc } from './crc32c.ts';
import { shardKey } from './file-names.ts';
import type { BundleEntry, BundleHeader } from './index-entry.ts';
import { refuseLfsPointer } from './lfs-pointer.ts';
import { readWithCrc } from './read-with-crc.ts';

/** Reads the bytes of entries from the data files of one checkpoint, opening each file when it is needed. */
export class BundleData {
  readonly header: BundleHeader;
  readonly verifyChecksums: boolean;
  readonly #store: ReadableStore;
  readonly #prefix: string;
  readonly #prepare: (source: ByteSource) => ByteSource;
  readonly #sources = new Map<number, Promise<ByteSource>>();

  /** `prepare` may put another source in the place of that of a data file. */
  constructor(
    store: ReadableStore,
    prefix: string,
    header: BundleHeader,
    verifyChecksums: boolean,
    prepare: (source: ByteSource) => ByteSource = (source) => source,
  ) {
    this.#store = store;
    this.#prefix = prefix;
    this.#prepare = prepare;
    this.header = header;
    this.verifyChecksums = verifyChecksums;
  }

  /** Opens the first data file; those who read hear of a failure. */
  begin(options?: ReadOptions): void {
    this.#open(0, options).catch(() => undefined);
  }

  /** Reads the bytes of an entry and leaves their checksum to the caller. */
  async bytes(entry: BundleEntry, options?: ReadOptions): Promise<Uint8Array> {
    const { offset, byteLength } = entry;
    if (byteLength === 0) return new Uint8Array(0);
    const source = await this.#locate(entry, options);
    return source.read(offset, offset + byteLength, options);
  }

  /**
   * Asserts that the data files hold all entries, each in bytes of its own.
   * @throws TruncatedError, NotFoundError or MalformedError when they do not.
   */
  async ensure(entries: readonly BundleEntry[], options?: ReadOptions): Promise<void> {
    const sources = new Set<ByteSource>();
    let wanted = 0;
    for (const entry of entries) {
      if (entry.byteLength === 0) continue;
      sources.add(await this.#locate(entry, options));
      wanted += entry.byteLength;
    }
    const present = [...sources].reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (wanted > present)
      throw new MalformedError(
        `Slices of ${wanted} bytes cannot lie in data files of ${present} bytes; the index of ${this.#prefix} is damaged.`,
        { source: this.#prefix },
      );
  }

  /** Reads the bytes of an entry and compares their checksum; `name` is that of the tensor. */
  async checkedBytes(name: string, entry: BundleEntry, options?: ReadOptions): Promise<Uint8Array> {
    if (!this.verifyChecksums || entry.byteLength === 0) return this.bytes(entry, options);
    const { bytes, crc } = await readWithCrc(
      await this.#locate(entry, options),
      entry.offset,
      entry.byteLength,
      options,
    );
    if (maskCrc(crc) !== entry.crc) {
      const source = shardKey(this.#prefix, entry.shard, this.header.shards);
      throw new ChecksumError(
        `The tensor ${JSON.stringify(name)} does not match its checksum; ${source} is damaged or belongs to another index.`,
        { source, offset: entry.offset, path: name },
      );
    }
    return bytes;
  }

  async #locate(
    { shard, offset, byteLength }: BundleEntry,
    options: ReadOptions | undefined,
  ): Promise<ByteSource> {
    const source = await this.#open(shard, options);
    if (offset + byteLength <= source.byteLength) return source;
    await refuseLfsPointer(source, options);
    throw new TruncatedError(
      `${source.name} has ${source.byteLength} bytes, a tensor lies in [${offset}, ${offset + byteLength}); the file is truncated or belongs to another index.`,
      { source: source.name, offset },
    );
  }

  #open(shard: number, options: ReadOptions | undefined): Promise<ByteSource> {
    const known = this.#sources.get(shard);
    if (known !== undefined) return known;
    const opened = this.#openAnew(shard, options);
    this.#sources.set(shard, opened);
    opened.catch(() => this.#sources.delete(shard));
    return opened;
  }

  async #openAnew(shard: number, options: ReadOptions | undefined): Promise<ByteSource> {
    const { shards } = this.header;
    if (shard >= shards)
      throw new MalformedError(
        `A tensor lies in data file ${shard}, but the checkpoint ${this.#prefix} has ${shards}.`,
        { source: this.#prefix },
      );
    const key = shardKey(this.#prefix, shard, shards);
    const source = await this.#store.open(key, { signal: options?.signal });
    if (source === undefined)
      throw new NotFoundError(
        `There is no ${key}, which holds values of the checkpoint; copy all its data files next to the index.`,
        { source: key },
      );
    return this.#prepare(source);
  }
}
