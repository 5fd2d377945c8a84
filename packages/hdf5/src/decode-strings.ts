import { ByteReader } from '@km/core';
import { type H5Context, openBlock, readAddress } from './context.ts';
import type { H5Datatype } from './decode-datatype.ts';
import { malformed } from './errors.ts';

type Objects = ReadonlyMap<number, Uint8Array>;
type StringType = Extract<H5Datatype, { kind: 'fixed-string' | 'variable-string' }>;

/** Cuts the padding off fixed strings, or follows variable ones into the global heap. */
export async function decodeStrings(
  context: H5Context,
  type: StringType,
  raw: Uint8Array,
): Promise<Uint8Array[]> {
  const strings: Uint8Array[] = [];
  const collections = new Map<number, Objects>();
  for (let at = 0; at + type.size <= raw.length; at += type.size) {
    const element = raw.subarray(at, at + type.size);
    if (type.kind === 'fixed-string') strings.push(trim(element, type.padding));
    else strings.push(await follow(context, element, collections));
  }
  return strings;
}

/**
 * Cuts a fixed string: with padding 0 at its first NUL, else before trailing NULs, and with padding 2 before trailing
 * spaces, too; h5wasm fills up strings of the last kind with NULs.
 */
function trim(element: Uint8Array, padding: number): Uint8Array {
  const nul = padding === 0 ? element.indexOf(0) : -1;
  let end = nul < 0 ? element.length : nul;
  while (end > 0 && (element[end - 1] === 0 || (padding === 2 && element[end - 1] === 0x20))) end--;
  return element.subarray(0, end);
}

async function follow(
  context: H5Context,
  element: Uint8Array,
  collections: Map<number, Objects>,
): Promise<Uint8Array> {
  const reader = new ByteReader(element, context.name);
  const length = reader.uint32();
  if (length === 0) return new Uint8Array(0);
  const address = readAddress(reader) ?? 0;
  const known = collections.get(address) ?? (await readCollection(context, address));
  collections.set(address, known);
  const object = known.get(reader.uint32());
  if (object !== undefined && object.length >= length) return object.subarray(0, length);
  throw malformed(context, 'an object of the global heap is missing or too short', address);
}

async function readCollection(context: H5Context, address: number): Promise<Objects> {
  const prefix = await openBlock(context, address, 16, 'GCOL');
  prefix.skip(4);
  const reader = await openBlock(context, address, prefix.uint64(), 'GCOL');
  reader.skip(12);
  const objects = new Map<number, Uint8Array>();
  while (reader.remaining >= 16) {
    const index = reader.uint16();
    reader.skip(6);
    const length = reader.uint64();
    if (index === 0) break; // the rest is free
    objects.set(index, reader.take(length));
    reader.skip(Math.min(reader.remaining, -length & 7));
  }
  return objects;
}
