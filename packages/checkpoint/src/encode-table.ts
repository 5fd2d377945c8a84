import { ByteWriter } from './byte-writer.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import type { TableEntry } from './decode-block.ts';
import { FOOTER_BYTES, TABLE_MAGIC } from './decode-table.ts';

/** Bytes after which TensorFlow ends a block (tensorflow/core/lib/io/table_options.h). */
const BLOCK_BYTES = 262_144;

/** Entries of a data block between two keys that are written in full. */
const RESTART_INTERVAL = 16;

/**
 * Encodes a sorted table as TensorFlow does, byte for byte: blocks of 256 KiB, prefix compression, no Snappy.
 * The entries must be sorted by `compareBytes`, without duplicates.
 */
export function encodeTable(entries: Iterable<TableEntry>): Uint8Array {
  const out = new ByteWriter(4096);
  const index = new BlockBuilder(1);
  let block = new BlockBuilder(RESTART_INTERVAL);
  let last: Uint8Array | undefined;
  let pending: Uint8Array | undefined;
  const endBlock = (): void => {
    pending = writeBlock(out, block.finish());
    block = new BlockBuilder(RESTART_INTERVAL);
  };
  for (const { key, value } of entries) {
    if (!block.empty && key.length + value.length >= 2 * BLOCK_BYTES) endBlock();
    if (pending !== undefined && last !== undefined) {
      index.add(separator(last, key), pending);
      pending = undefined;
    }
    block.add(key, value);
    last = key;
    if (block.size >= BLOCK_BYTES) endBlock();
  }
  if (!block.empty) endBlock();
  const meta = writeBlock(out, new BlockBuilder(RESTART_INTERVAL).finish());
  if (pending !== undefined && last !== undefined) index.add(successor(last), pending);
  const footer = new ByteWriter(FOOTER_BYTES).bytes(meta).bytes(writeBlock(out, index.finish()));
  out.bytes(footer.finish()).bytes(new Uint8Array(FOOTER_BYTES - 8 - footer.length));
  return out.bigUint64(TABLE_MAGIC).finish();
}

class BlockBuilder {
  readonly #interval: number;
  readonly #out = new ByteWriter();
  readonly #restarts: number[] = [0];
  #sinceRestart = 0;
  #last: Uint8Array = new Uint8Array(0);

  constructor(interval: number) {
    this.#interval = interval;
  }

  get empty(): boolean {
    return this.#out.length === 0;
  }

  get size(): number {
    return this.#out.length + 4 * this.#restarts.length + 4;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    let shared = 0;
    if (this.#sinceRestart < this.#interval) shared = commonPrefix(this.#last, key);
    else {
      this.#restarts.push(this.#out.length);
      this.#sinceRestart = 0;
    }
    this.#out
      .varint(shared)
      .varint(key.length - shared)
      .varint(value.length);
    this.#out.bytes(key.subarray(shared)).bytes(value);
    this.#sinceRestart++;
    this.#last = key;
  }

  finish(): Uint8Array {
    for (const restart of this.#restarts) this.#out.uint32(restart);
    return this.#out.uint32(this.#restarts.length).finish();
  }
}

/** Writes a block and its trailer; gives its encoded handle. */
function writeBlock(out: ByteWriter, block: Uint8Array): Uint8Array {
  const uncompressed = Uint8Array.of(0);
  const handle = new ByteWriter(20).varint(out.length).varint(block.length).finish();
  out.bytes(block).bytes(uncompressed);
  out.uint32(maskCrc(crc32c(uncompressed, crc32c(block))));
  return handle;
}

function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}

/** A short key that is not below `last` and below `next`. */
function separator(last: Uint8Array, next: Uint8Array): Uint8Array {
  const shared = commonPrefix(last, next);
  const byte = last[shared];
  const limit = next[shared];
  if (byte === undefined || limit === undefined || byte + 1 >= limit) return last;
  return Uint8Array.of(...last.subarray(0, shared), byte + 1);
}

/** A short key that is not below `last`. */
function successor(last: Uint8Array): Uint8Array {
  const index = last.findIndex((byte) => byte !== 255);
  return index < 0 ? last : Uint8Array.of(...last.subarray(0, index), (last[index] ?? 0) + 1);
}
