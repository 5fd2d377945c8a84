import { ByteReader, LimitError, MalformedError } from '@km/core';
import { compareBytes } from './compare-bytes.ts';

/** One key of a table with its value. */
export interface TableEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Counts the bytes of the keys of a table against a cap. */
export interface KeyBudget {
  left: number;
}

/**
 * Decodes the entries of an uncompressed block of a sorted table.
 * @throws MalformedError or TruncatedError when the block is damaged; LimitError when its keys exceed the budget.
 */
export function* decodeBlock(
  block: Uint8Array,
  name: string,
  budget: KeyBudget,
): Generator<TableEntry, void, undefined> {
  const reader = new ByteReader(entriesOf(block, name), name);
  let previous = new Uint8Array(0);
  for (let first = true; reader.remaining > 0; first = false) {
    const shared = reader.varint();
    const fresh = reader.varint();
    const valueLength = reader.varint();
    if (shared > previous.length)
      throw damaged(name, 'a key shares more than the key before it has');
    const suffix = reader.take(fresh);
    const value = reader.take(valueLength);
    budget.left -= shared + fresh;
    if (budget.left < 0)
      throw new LimitError(`The keys of ${name} take up too much memory; the file is damaged.`, {
        source: name,
      });
    const key = new Uint8Array(shared + fresh);
    key.set(previous.subarray(0, shared));
    key.set(suffix, shared);
    if (!first && compareBytes(previous, key) >= 0)
      throw damaged(name, 'its keys are not in order');
    previous = key;
    yield { key, value };
  }
}

function entriesOf(block: Uint8Array, name: string): Uint8Array {
  const reader = new ByteReader(block, name);
  reader.seek(Math.max(0, block.length - 4));
  const restarts = reader.uint32();
  const end = block.length - 4 - 4 * restarts;
  if (end < 0) throw damaged(name, 'it has more restarts than bytes');
  return block.subarray(0, end);
}

function damaged(name: string, what: string): MalformedError {
  return new MalformedError(`A block of ${name} is damaged: ${what}.`, { source: name });
}
