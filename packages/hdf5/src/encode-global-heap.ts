import { align8, u16, u32, u64 } from './encode-types.ts';

/** Largest collection of several objects; a longer object has one of its own. */
const COLLECTION_BYTES = 65_536;
const MIN_COLLECTION_BYTES = 4096;
const PREFIX = 16;

interface Collection {
  readonly objects: Uint8Array[];
  used: number;
}

/** Where a variable-length string is. */
export interface HeapReference {
  readonly collection: number;
  readonly index: number;
  readonly length: number;
}

/** Collects variable-length strings into global heap collections. */
export interface GlobalHeap {
  /** Adds a string. */
  add(bytes: Uint8Array): HeapReference;
  /** Encodes the collections. */
  encode(): Uint8Array[];
}

/** Makes an empty global heap. */
export function globalHeap(): GlobalHeap {
  const collections: Collection[] = [];
  return {
    add(bytes) {
      const size = PREFIX + align8(bytes.length);
      let last = collections.at(-1);
      if (last === undefined || last.used + size > COLLECTION_BYTES) {
        last = { objects: [], used: PREFIX };
        collections.push(last);
      }
      last.objects.push(bytes);
      last.used += size;
      const index = last.objects.length;
      return { collection: collections.length - 1, index, length: bytes.length };
    },
    encode: () => collections.map(encodeCollection),
  };
}

function encodeCollection({ objects, used }: Collection): Uint8Array {
  const size = Math.max(MIN_COLLECTION_BYTES, used + PREFIX);
  const bytes = new Uint8Array(size);
  bytes.set([0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0, ...u64(size)]);
  let at = PREFIX;
  for (const [i, object] of objects.entries()) {
    bytes.set([...u16(i + 1), 0, 0, 0, 0, 0, 0, ...u64(object.length)], at);
    bytes.set(object, at + PREFIX);
    at += PREFIX + align8(object.length);
  }
  // The free rest is object 0, whose size counts its own prefix.
  bytes.set(u64(size - at), at + 8);
  return bytes;
}

/** Encodes a variable-length element; an empty string refers to nothing. */
export function encodeReference(
  { collection, index, length }: HeapReference,
  addresses: readonly number[],
): readonly number[] {
  if (length === 0) return new Array<number>(PREFIX).fill(0);
  return [...u32(length), ...u64(addresses[collection] ?? 0), ...u32(index)];
}
