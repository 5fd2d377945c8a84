import type { SliceExtent } from './slice-key.ts';

/** What the header of an index says. */
export interface BundleHeader {
  /** Number of data files. */
  readonly shards: number;
  /** Byte order of the values. */
  readonly endianness: 'little' | 'big';
  /** Version of the format that the writer had. */
  readonly producer: number;
  /** Lowest version that a reader must have. */
  readonly minConsumer: number;
}

/** Where a tensor, or a slice of one, lies. */
export interface BundleEntry {
  /** Number of TensorFlow's `DataType`. */
  readonly dtypeCode: number;
  readonly shape: readonly number[];
  readonly shard: number;
  /** First byte in the data file. */
  readonly offset: number;
  /** Bytes in the data file. */
  readonly byteLength: number;
  /** Masked CRC-32C of the bytes. */
  readonly crc: number;
  /** Parts of a partitioned tensor, which stand under keys of their own; empty for others. */
  readonly slices: readonly (readonly SliceExtent[])[];
}

/** All that an index file says. */
export interface BundleIndex {
  readonly header: BundleHeader;
  /** Tensors by name, in the order of the file. */
  readonly entries: ReadonlyMap<string, BundleEntry>;
  /** Slices of partitioned tensors by `sliceKey`. */
  readonly slices: ReadonlyMap<string, BundleEntry>;
}
