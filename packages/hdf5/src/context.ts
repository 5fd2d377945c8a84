import { ByteReader, ChecksumError, checkedAdd, checkedNumber } from '@km/core';
import { lookup3 } from './checksum.ts';
import { malformed, type Named } from './errors.ts';
import type { Pages } from './pages.ts';

const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** What reading any structure of an HDF5 file needs. */
export interface H5Context extends Named {
  readonly pages: Pages;
  /** Absolute offset that addresses are relative to: the size of the user block. */
  readonly base: number;
}

/** Reads `length` bytes at an address. */
export async function readAt(
  context: H5Context,
  address: number,
  length: number,
): Promise<ByteReader> {
  const start = checkedAdd(context.base, address);
  const bytes = await context.pages.read(start, checkedAdd(start, length));
  return new ByteReader(bytes, context.name);
}

/** Reads `length` bytes at an address and skips the four-character signature that they must start with. */
export async function openBlock(
  context: H5Context,
  address: number,
  length: number,
  signature: string,
): Promise<ByteReader> {
  const reader = await readAt(context, address, length);
  if (String.fromCharCode(...reader.take(4)) === signature) return reader;
  throw malformed(context, `expected a ${signature} block`, address);
}

/** Reads an unsigned integer of 1 to 8 bytes. */
export function readUint(reader: ByteReader, size: number): number {
  return checkedNumber(
    reader.take(size).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n),
  );
}

/** Reads an address; `undefined` when all bits are set, which stands for nothing stored. */
export function readAddress(reader: ByteReader): number | undefined {
  const value = reader.bigUint64();
  return value === UNDEFINED_ADDRESS ? undefined : checkedNumber(value);
}

/** Reads an address that must be there. */
export function requireAddress(reader: ByteReader, what: string): number {
  const address = readAddress(reader);
  if (address === undefined) throw malformed(reader, `the address of the ${what} is missing`);
  return address;
}

/** Compares the lookup3 checksum in the last four of a structure's `length` bytes with the bytes before it. */
export function verifyChecksum(
  reader: ByteReader,
  what: string,
  address: number,
  length: number = reader.bytes.length,
): void {
  const { name } = reader;
  const bytes = reader.bytes.subarray(0, length);
  const end = Math.max(0, length - 4);
  const stored = readUint(new ByteReader(bytes.subarray(end), name), 4);
  if (stored === lookup3(bytes.subarray(0, end))) return;
  throw new ChecksumError(
    `${name}: the checksum of the ${what} at address ${address} differs; the file is damaged.`,
    { source: name, offset: address },
  );
}
