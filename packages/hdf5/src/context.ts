import { ByteReader, ChecksumError, checkedAdd, MalformedError, type ReadOptions } from '@km/core';
import { lookup3 } from './checksum.ts';
import type { Pages } from './pages.ts';

/** What decoding any structure of an HDF5 file needs. */
export interface H5Context {
  /** File name, for messages. */
  readonly name: string;
  readonly pages: Pages;
  /** Absolute offset that addresses are relative to: the size of the user block. */
  readonly base: number;
  /** Width of addresses, in bytes. */
  readonly offsetSize: number;
  /** Width of lengths, in bytes. */
  readonly lengthSize: number;
}

/** Makes the error of a structure that breaks the format. */
export function malformed(
  context: { readonly name: string },
  what: string,
  address?: number,
): MalformedError {
  const where = address === undefined ? '' : ` at address ${address}`;
  const text = `${context.name}: ${what}${where}; the file is damaged or was not written by HDF5.`;
  return new MalformedError(
    text,
    address === undefined ? { source: context.name } : { source: context.name, offset: address },
  );
}

/** Reads `length` bytes at an address. */
export async function readAt(
  context: H5Context,
  address: number,
  length: number,
  options?: ReadOptions,
): Promise<Uint8Array> {
  const start = checkedAdd(context.base, address);
  return context.pages.read(start, checkedAdd(start, length), options);
}

/** Reads `length` bytes at an address into a reader and checks the four-character signature at their start. */
export async function openBlock(
  context: H5Context,
  address: number,
  length: number,
  signature: string,
  options?: ReadOptions,
): Promise<ByteReader> {
  const bytes = await readAt(context, address, length, options);
  const reader = new ByteReader(bytes, context.name);
  const found = String.fromCharCode(...reader.take(4));
  if (found !== signature) throw malformed(context, `expected a ${signature} block`, address);
  return reader;
}

/** Reads an unsigned integer of 1 to 8 bytes. */
export function readUint(reader: ByteReader, size: number): number {
  if (size === 8) return reader.uint64();
  let value = 0;
  let scale = 1;
  for (const byte of reader.take(size)) {
    value += byte * scale;
    scale *= 256;
  }
  return value;
}

/** Reads an address; `undefined` when all bits are set, which stands for nothing stored. */
export function readAddress(reader: ByteReader, context: H5Context): number | undefined {
  const { offsetSize } = context;
  const start = reader.position;
  if (reader.take(offsetSize).every((byte) => byte === 0xff)) return undefined;
  reader.seek(start);
  return readUint(reader, offsetSize);
}

/** Reads an address that must be there. */
export function requireAddress(reader: ByteReader, context: H5Context, what: string): number {
  const address = readAddress(reader, context);
  if (address === undefined) throw malformed(context, `the address of the ${what} is missing`);
  return address;
}

/** Reads a length. */
export function readLength(reader: ByteReader, context: H5Context): number {
  return readUint(reader, context.lengthSize);
}

/** Compares the lookup3 checksum in the last four of `bytes` with the bytes before it. */
export function verifyChecksum(
  context: H5Context,
  bytes: Uint8Array,
  what: string,
  address: number,
): void {
  const end = bytes.length - 4;
  const stored = new ByteReader(bytes.subarray(end), context.name).uint32();
  if (stored === lookup3(bytes.subarray(0, end))) return;
  throw new ChecksumError(
    `${context.name}: the checksum of the ${what} at address ${address} differs; the file is damaged.`,
    { source: context.name, offset: address },
  );
}
