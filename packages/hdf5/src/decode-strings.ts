import { ByteReader, type ReadOptions } from '@km/core';
import { type H5Context, malformed, openBlock, readAddress, readLength } from './context.ts';
import type { H5Datatype } from './decode-datatype.ts';

type Objects = ReadonlyMap<number, Uint8Array>;
type StringType = Extract<H5Datatype, { kind: 'fixed-string' | 'variable-string' }>;

/** Cuts the padding off fixed strings, or follows variable ones into the global heap. */
export async function decodeStrings(
  context: H5Context,
  type: StringType,
  raw: Uint8Array,
  options?: ReadOptions,
): Promise<Uint8Array[]> {
  const strings: Uint8Array[] = [];
  const collections = new Map<number, Objects>();
  for (let at = 0; at + type.size <= raw.length; at += type.size) {
    const element = raw.subarray(at, at + type.size);
    if (type.kind === 'fixed-string') strings.push(trim(element, type.padding));
    else strings.push(await follow(context, element, collections, options));
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
  options: ReadOptions | undefined,
): Promise<Uint8Array> {
  const reader = new ByteReader(element, context.name);
  const length = reader.uint32();
  const address = readAddress(reader, context);
  const index = reader.uint32();
  if (length === 0) return new Uint8Array(0);
  if (address === undefined || address === 0) throw malformed(context, 'a string has no address');
  const known = collections.get(address) ?? (await readCollection(context, address, options));
  collections.set(address, known);
  const object = known.get(index);
  if (object === undefined || object.length < length) {
    throw malformed(context, `object ${index} of the global heap is missing or too short`, address);
  }
  return object.subarray(0, length);
}

async function readCollection(
  context: H5Context,
  address: number,
  options: ReadOptions | undefined,
): Promise<Objects> {
  const prefixLength = 8 + context.lengthSize;
  const prefix = await openBlock(context, address, prefixLength, 'GCOL', options);
  prefix.skip(4);
  const size = readLength(prefix, context);
  if (size < prefixLength) throw malformed(context, 'a global heap is too small', address);
  const reader = await openBlock(context, address, size, 'GCOL', options);
  reader.seek(prefixLength);
  const objects = new Map<number, Uint8Array>();
  while (reader.remaining >= 8 + context.lengthSize) {
    const index = reader.uint16();
    reader.skip(6);
    const length = readLength(reader, context);
    if (index === 0) break; // the rest is free
    objects.set(index, reader.take(length));
    reader.skip(Math.min(reader.remaining, (8 - (length % 8)) % 8));
  }
  return objects;
}
