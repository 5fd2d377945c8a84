import { type ByteReader, type ByteSource, type ReadOptions, TruncatedError } from '@km/core';
import { type H5Context, readAddress, readAt, requireAddress, verifyChecksum } from './context.ts';
import { unsupported } from './errors.ts';
import { cachedPages } from './pages.ts';
import { findSuperblock } from './signature.ts';

/** An open file: how to read it, and the address of its root group. */
export interface Superblock {
  readonly context: H5Context;
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
  const { byteLength, name } = source;
  const pages = cachedPages(source, options);
  const base = await findSuperblock(pages);
  if (base === undefined) {
    const { notHdf5 } = await import('./not-hdf5.ts');
    throw await notHdf5(pages);
  }
  const context: H5Context = { name, pages, base };
  const reader = await readAt(context, 0, Math.min(byteLength - base, 128));
  reader.skip(8);
  const version = reader.uint8();
  if (version > 3) throw unsupported(context, `superblock version ${version} is not read`, base);
  const { end, root } = version < 2 ? decodeOld(reader, version) : decodeNew(reader);
  if (end <= byteLength) return { context, root };
  throw new TruncatedError(
    `${name} is truncated: it says that it has ${end} bytes, but ${byteLength} are there; download or copy it again.`,
    { source: name, offset: byteLength },
  );
}

interface Ends {
  readonly end: number;
  readonly root: number;
}

function decodeOld(reader: ByteReader, version: number): Ends {
  reader.skip(4);
  checkWidths(reader);
  reader.skip(version === 0 ? 9 : 13);
  reader.skip(16); // base, free space
  const end = requireAddress(reader, 'end of the file');
  reader.skip(16); // driver, offset of the root's name
  return { end, root: requireAddress(reader, 'root group') };
}

function decodeNew(reader: ByteReader): Ends {
  checkWidths(reader);
  reader.skip(1);
  reader.skip(8); // base
  readAddress(reader); // extension
  const end = requireAddress(reader, 'end of the file');
  const root = requireAddress(reader, 'root group');
  verifyChecksum(reader, 'superblock', 0, reader.position + 4);
  return { end, root };
}

/** Addresses and lengths have 8 bytes in all files but those of a few instruments. */
function checkWidths(reader: ByteReader): void {
  const widths = [reader.uint8(), reader.uint8()];
  if (widths.join() !== '8,8')
    throw unsupported(reader, `addresses of ${widths} bytes are not read`);
}
