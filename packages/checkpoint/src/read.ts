import {
  type LazyTensor,
  LimitError,
  NotFoundError,
  type ReadableStore,
  type ReadOptions,
  readAll,
  refuseGitLfsPointer,
  type Shape,
  type TensorMap,
} from '@km/core';
import { BundleData } from './bundle-data.ts';
import { decodeIndex } from './decode-index.ts';
import { decodeObjectGraph } from './decode-object-graph.ts';
import { dtypeOfCode } from './dtype-of-code.ts';
import { indexKey } from './file-names.ts';
import type { BundleEntry, BundleHeader, BundleIndex } from './index-entry.ts';
import { lazyEntry } from './lazy-entry.ts';
import { firstSlice, lazySlices } from './lazy-slices.ts';
import { MAX_INDEX_BYTES } from './limits.ts';
import { OBJECT_GRAPH_KEY, type ObjectGraph } from './object-graph.ts';
import { firstLargeOffset, readAhead } from './read-ahead.ts';
import { resolvePrefix } from './resolve-prefix.ts';

/** Where a checkpoint lies: a prefix, one of its files, or a directory with a `checkpoint` file. */
export interface CheckpointLocation {
  readonly store: ReadableStore;
  readonly path: string;
}

/** How a checkpoint is read. */
export interface ReadCheckpointOptions extends ReadOptions {
  /** Compares the checksums of the index and of every tensor that is read; true unless set. */
  readonly verifyChecksums?: boolean;
  /**
   * Begins at once to read a single data file of up to 256 MB whole, in the background: for callers who want all
   * tensors, and have something else to do first. The tensors then share memory. False unless set.
   */
  readonly readAhead?: boolean;
}

/** A tensor whose type only TensorFlow can use, such as a variant: its bytes as they are. */
export interface OpaqueTensor {
  /** Number of TensorFlow's `DataType`. */
  readonly dtypeCode: number;
  readonly shape: Shape;
  readonly byteLength: number;
  /** Reads the encoded bytes; their checksum is not compared. */
  read(options?: ReadOptions): Promise<Uint8Array>;
}

/** An open checkpoint. */
export interface Checkpoint {
  /** Prefix of the keys of its files. */
  readonly prefix: string;
  readonly header: BundleHeader;
  /** Tensors by name, in the order of the data files; partitioned ones are joined when they are read. */
  readonly tensors: TensorMap;
  /** Tensors of types that only TensorFlow can use, by name. */
  readonly opaque: ReadonlyMap<string, OpaqueTensor>;
  /** Reads the object graph; `undefined` for a checkpoint that has names only, as TensorFlow 1 writes them. */
  readObjectGraph(options?: ReadOptions): Promise<ObjectGraph | undefined>;
}

/**
 * Opens a checkpoint: reads its index, and its tensors when they are asked for.
 * @throws NotFoundError when there is none; MalformedError, TruncatedError, ChecksumError, LimitError when it is
 * damaged; UnsupportedError when it asks for a newer reader.
 */
export async function readCheckpoint(
  location: CheckpointLocation,
  options: ReadCheckpointOptions = {},
): Promise<Checkpoint> {
  const { store, path } = location;
  const { verifyChecksums = true, signal } = options;
  const prefix = await resolvePrefix(store, path, { signal });
  const index = await readIndex(store, prefix, verifyChecksums, options);
  const ahead = options.readAhead === true && index.header.shards === 1;
  const data = new BundleData(store, prefix, index.header, verifyChecksums, (source) =>
    ahead ? readAhead(source, firstLargeOffset(index), { signal }) : source,
  );
  if (ahead) data.begin({ signal });
  const tensors = new Map<string, LazyTensor>();
  const opaque = new Map<string, OpaqueTensor>();
  for (const [name, entry] of inFileOrder(index)) {
    const dtype = dtypeOfCode(entry.dtypeCode);
    if (dtype === undefined) opaque.set(name, opaqueTensor(data, entry));
    else if (entry.slices.length > 0)
      tensors.set(name, lazySlices(data, index, name, dtype, entry));
    else tensors.set(name, lazyEntry(data, name, dtype, entry));
  }
  return {
    prefix,
    header: index.header,
    tensors,
    opaque,
    readObjectGraph: (readOptions) => readObjectGraph(tensors, indexKey(prefix), readOptions),
  };
}

async function readIndex(
  store: ReadableStore,
  prefix: string,
  verifyChecksums: boolean,
  options: ReadOptions,
): Promise<BundleIndex> {
  const source = await store.open(indexKey(prefix), { signal: options.signal });
  if (source === undefined)
    throw new NotFoundError(`${indexKey(prefix)} was removed meanwhile.`, { source: prefix });
  if (source.byteLength > MAX_INDEX_BYTES)
    throw new LimitError(`${source.name} has more than the ${MAX_INDEX_BYTES} bytes of an index.`, {
      source: source.name,
    });
  const bytes = await readAll(source, options);
  refuseGitLfsPointer(bytes, source.name);
  return decodeIndex(bytes, source.name, verifyChecksums);
}

function inFileOrder(index: BundleIndex): [string, BundleEntry][] {
  const placed = Array.from(index.entries, ([name, entry]) => ({
    name,
    entry,
    place: firstSlice(index, name, entry),
  }));
  placed.sort(
    ({ place: a }, { place: b }) =>
      a.shard - b.shard || a.offset - b.offset || a.byteLength - b.byteLength,
  );
  return placed.map(({ name, entry }) => [name, entry]);
}

function opaqueTensor(data: BundleData, entry: BundleEntry): OpaqueTensor {
  const { dtypeCode, shape, byteLength } = entry;
  return { dtypeCode, shape, byteLength, read: (options) => data.bytes(entry, options) };
}

async function readObjectGraph(
  tensors: TensorMap,
  source: string,
  options: ReadOptions | undefined,
): Promise<ObjectGraph | undefined> {
  const tensor = await tensors.get(OBJECT_GRAPH_KEY)?.read(options);
  if (tensor?.dtype !== 'string') return undefined;
  const [bytes] = tensor.data;
  return bytes && decodeObjectGraph(bytes, `the object graph of ${source}`);
}
