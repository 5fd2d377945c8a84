import {
  ByteReader,
  ChecksumError,
  MalformedError,
  TruncatedError,
  UnsupportedError,
} from '@km/core';
import { compareBytes } from './compare-bytes.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { decodeBlock, type KeyBudget, type TableEntry } from './decode-block.ts';
import { decodeSnappy } from './decode-snappy.ts';
import { MAX_KEY_BYTES } from './limits.ts';

/** Length of the footer: two handles, padding, and the magic number. */
export const FOOTER_BYTES = 48;

/** Bytes after each block: its compression and its checksum. */
export const TRAILER_BYTES = 5;

/** Magic number at the end of a sorted table, as LevelDB's table format gives it. */
export const TABLE_MAGIC = 0xdb4775248b80fb57n;

/**
 * Decodes the entries of a sorted table (the table format of LevelDB), in order.
 * @throws MalformedError, TruncatedError, ChecksumError, LimitError when the table is damaged.
 */
export function* decodeTable(
  bytes: Uint8Array,
  name: string,
  verifyChecksums: boolean,
): Generator<TableEntry, void, undefined> {
  const budget: KeyBudget = { left: MAX_KEY_BYTES };
  const table: Table = { bytes, name, verifyChecksums };
  let last: Uint8Array | undefined;
  const { meta, index } = decodeFooter(bytes, name);
  // TensorFlow has nothing to say there; reading it shows whether the file is whole.
  readBlock(table, meta);
  for (const { value } of decodeBlock(readBlock(table, index), name, budget)) {
    const handle = decodeHandle(new ByteReader(value, name));
    for (const entry of decodeBlock(readBlock(table, handle), name, budget)) {
      if (last !== undefined && compareBytes(last, entry.key) >= 0)
        throw new MalformedError(`The keys of ${name} are not in order; the file is damaged.`, {
          source: name,
        });
      last = entry.key;
      yield entry;
    }
  }
}

interface Table {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly verifyChecksums: boolean;
}

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

function decodeFooter(bytes: Uint8Array, name: string): { meta: BlockHandle; index: BlockHandle } {
  if (bytes.length < FOOTER_BYTES)
    throw new TruncatedError(
      `${name} has ${bytes.length} bytes, a checkpoint index has at least ${FOOTER_BYTES}; the file is truncated or something else.`,
      { source: name },
    );
  const start = bytes.length - FOOTER_BYTES;
  const reader = new ByteReader(bytes.subarray(start), name);
  reader.seek(FOOTER_BYTES - 8);
  if (reader.bigUint64() !== TABLE_MAGIC)
    throw new MalformedError(
      `${name} does not end as a checkpoint index does; the file is truncated or something else.`,
      { source: name, offset: bytes.length - 8 },
    );
  reader.seek(0);
  const meta = decodeHandle(reader);
  const index = decodeHandle(reader);
  const padding = reader.take(Math.max(0, FOOTER_BYTES - 8 - reader.position));
  if (padding.some((byte) => byte !== 0))
    throw new MalformedError(`The end of ${name} is damaged.`, { source: name, offset: start });
  return { meta, index };
}

function decodeHandle(reader: ByteReader): BlockHandle {
  return { offset: reader.varint(), size: reader.varint() };
}

function readBlock(
  { bytes, name, verifyChecksums }: Table,
  { offset, size }: BlockHandle,
): Uint8Array {
  const reader = new ByteReader(bytes, name);
  reader.seek(offset);
  const block = reader.take(size);
  const type = reader.uint8();
  const stored = reader.uint32();
  if (verifyChecksums && stored !== maskCrc(crc32c(bytes.subarray(offset, offset + size + 1))))
    throw new ChecksumError(
      `A block of ${name} does not match its checksum; the file is damaged.`,
      {
        source: name,
        offset,
      },
    );
  if (type === 0) return block;
  if (type === 1) return decodeSnappy(block, name);
  throw new UnsupportedError(`${name} compresses a block in the unknown way ${type}.`, {
    source: name,
    offset,
  });
}
