import {
  ByteReader,
  type ByteSource,
  type ReadOptions,
  TruncatedError,
  UnsupportedError,
} from '@km/core';
import {
  type H5Context,
  malformed,
  readAddress,
  requireAddress,
  verifyChecksum,
} from './context.ts';
import { cachedPages } from './pages.ts';
import { findSuperblock, notHdf5 } from './signature.ts';

/** An open file: how to decode it and where its root group is. */
export interface Superblock {
  readonly context: H5Context;
  readonly version: number;
  readonly root: number;
}

/**
 * Reads the superblock of a file.
 * @throws MalformedError when the bytes are not HDF5, saying what they look like; TruncatedError when the file is
 * shorter than it says.
 */
export async function readSuperblock(
  source: ByteSource,
  options?: ReadOptions,
): Promise<Superblock> {
  const pages = cachedPages(source);
  const base = await findSuperblock(pages, options);
  if (base === undefined) throw await notHdf5(pages, options);
  const size = Math.min(source.byteLength - base, 128);
  const bytes = await pages.read(base, base + size, options);
  const version = bytes[8] ?? 0;
  const wide = version < 2;
  if (version > 3) {
    throw new UnsupportedError(
      `${source.name} has HDF5 superblock version ${version}; versions 0 to 3 can be read.`,
      {
        source: source.name,
        offset: base,
      },
    );
  }
  const context: H5Context = {
    name: source.name,
    pages,
    base,
    offsetSize: bytes[wide ? 13 : 9] ?? 0,
    lengthSize: bytes[wide ? 14 : 10] ?? 0,
  };
  checkSizes(context);
  const reader = new ByteReader(bytes, source.name);
  reader.seek(wide ? 24 + 4 * version : 12);
  return wide ? decodeOld(context, reader, version) : decodeNew(context, reader, version);
}

function checkSizes(context: H5Context): void {
  const known = [2, 4, 8];
  if (known.includes(context.offsetSize) && known.includes(context.lengthSize)) return;
  throw malformed(context, 'the superblock gives impossible sizes of addresses');
}

function decodeOld(context: H5Context, reader: ByteReader, version: number): Superblock {
  readAddress(reader, context); // base
  readAddress(reader, context); // free space
  checkEnd(context, requireAddress(reader, context, 'end of the file'));
  readAddress(reader, context); // driver
  reader.skip(context.offsetSize); // offset of the root's name
  return { context, version, root: requireAddress(reader, context, 'root group') };
}

function decodeNew(context: H5Context, reader: ByteReader, version: number): Superblock {
  readAddress(reader, context); // base
  readAddress(reader, context); // extension
  const end = requireAddress(reader, context, 'end of the file');
  const root = requireAddress(reader, context, 'root group');
  const length = reader.position + 4;
  verifyChecksum(context, reader.bytes.subarray(0, length), 'superblock', 0);
  checkEnd(context, end);
  return { context, version, root };
}

function checkEnd(context: H5Context, end: number): void {
  const { byteLength, name } = context.pages.source;
  if (end <= byteLength) return;
  throw new TruncatedError(
    `${name} is truncated: it says that it has ${end} bytes, but ${byteLength} are there; download or copy it again.`,
    { source: name, offset: byteLength },
  );
}
