import { encodeProto } from '@km/proto';
import { BundleEntryProto, BundleHeaderProto } from '@km/proto/checkpoint';
import { compareBytes } from './compare-bytes.ts';
import { encodeTable } from './encode-table.ts';
import type { BundleEntry } from './index-entry.ts';

/** Version of the format that is written. */
const PRODUCER = 1;

/** Encodes the index of `shards` little-endian data files that hold the entries. */
export function encodeIndex(shards: number, entries: ReadonlyMap<string, BundleEntry>): Uint8Array {
  const text = new TextEncoder();
  const rows = Array.from(entries, ([name, entry]) => ({
    key: text.encode(name),
    value: encodeEntry(entry),
  }));
  rows.sort((a, b) => compareBytes(a.key, b.key));
  const header = encodeProto(BundleHeaderProto, {
    numShards: shards,
    version: { producer: PRODUCER },
  });
  return encodeTable([{ key: new Uint8Array(0), value: header }, ...rows]);
}

function encodeEntry({
  dtypeCode,
  shape,
  shard,
  offset,
  byteLength,
  crc,
}: BundleEntry): Uint8Array {
  return encodeProto(BundleEntryProto, {
    dtype: dtypeCode,
    shape: { dim: shape.map((size) => ({ size: BigInt(size) })) },
    shardId: shard,
    offset: BigInt(offset),
    size: BigInt(byteLength),
    crc32c: crc,
  });
}
