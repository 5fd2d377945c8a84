import type { FileEntry } from '@zip.js/zip.js';
import { ByteReader } from './byte-reader.ts';
import { checkedAdd } from './checked.ts';
import { joinChunks } from './chunks.ts';
import { crc32 } from './crc32.ts';
import {
  ChecksumError,
  LimitError,
  MalformedError,
  TruncatedError,
  UnsupportedError,
} from './errors.ts';
import { MAX_INFLATION_RATIO } from './limits.ts';
import { progressOf } from './progress.ts';
import { checkRead } from './range.ts';
import { type SharedRead, sharedRead } from './shared-read.ts';
import { sliceSource } from './slice-source.ts';
import type { ByteSource, ReadOptions } from './source.ts';
import { streamChunks } from './stream-chunks.ts';
import { zipError } from './zip-error.ts';

const LOCAL_HEADER_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * Opens an entry of a zip archive.
 * @throws UnsupportedError when it is encrypted, a link, or compressed otherwise than by deflate.
 * @throws LimitError when it would inflate beyond the caps; MalformedError when its header is not as the directory says.
 */
export async function openZipEntry(
  archive: ByteSource,
  entry: FileEntry,
  maxInflatedBytes: number,
  options?: ReadOptions,
): Promise<ByteSource> {
  const name = `${archive.name}/${entry.filename}`;
  refuseUnsupported(entry, name);
  if (entry.compressionMethod === STORED) {
    if (entry.compressedSize !== entry.uncompressedSize) {
      throw new MalformedError(`${name} is stored, but its two sizes differ.`, { source: name });
    }
    return crcCheckedSource(await storedSource(archive, entry, name, options), entry.crc32);
  }
  refuseBomb(entry, name, maxInflatedBytes);
  return inflatedSource(entry, name);
}

function refuseUnsupported(entry: FileEntry, name: string): void {
  const { encrypted, symlink, compressionMethod } = entry;
  const reason = encrypted
    ? 'is encrypted'
    : symlink
      ? 'is a link'
      : compressionMethod !== STORED && compressionMethod !== DEFLATED
        ? `uses compression method ${compressionMethod}`
        : undefined;
  if (reason === undefined) return;
  throw new UnsupportedError(
    `${name} ${reason}; zip it again as a plain stored or deflated file.`,
    {
      source: name,
    },
  );
}

function refuseBomb(entry: FileEntry, name: string, maxInflatedBytes: number): void {
  const { compressedSize, uncompressedSize } = entry;
  if (
    uncompressedSize <= maxInflatedBytes &&
    uncompressedSize <= compressedSize * MAX_INFLATION_RATIO
  ) {
    return;
  }
  throw new LimitError(
    `${name} claims to inflate from ${compressedSize} to ${uncompressedSize} bytes, more than the ${maxInflatedBytes} bytes and the factor ${MAX_INFLATION_RATIO} allowed.`,
    { source: name },
  );
}

async function storedSource(
  archive: ByteSource,
  entry: FileEntry,
  name: string,
  options: ReadOptions | undefined,
): Promise<ByteSource> {
  const { offset, rawFilename, uncompressedSize } = entry;
  const headerEnd = checkedAdd(offset, LOCAL_HEADER_BYTES + rawFilename.length);
  if (headerEnd > archive.byteLength) throw truncated(name);
  const bytes = await archive.read(offset, headerEnd, { signal: options?.signal });
  const header = new ByteReader(bytes, archive.name);
  const signature = header.uint32();
  header.seek(26);
  const nameLength = header.uint16();
  const extraLength = header.uint16();
  const localName = header.take(rawFilename.length);
  if (
    signature !== LOCAL_SIGNATURE ||
    nameLength !== rawFilename.length ||
    localName.some((byte, i) => byte !== rawFilename[i])
  ) {
    throw new MalformedError(
      `${name}: its local header does not agree with the zip directory; the archive is damaged.`,
      { source: archive.name, offset },
    );
  }
  const start = headerEnd + extraLength;
  const end = checkedAdd(start, uncompressedSize);
  if (end > archive.byteLength) throw truncated(name);
  return sliceSource(archive, start, end, name);
}

function truncated(name: string): TruncatedError {
  return new TruncatedError(`${name} reaches beyond the end of the archive; it is truncated.`, {
    source: name,
  });
}

/** Verifies the checksum whenever the bytes have been read in order from the first to the last. */
function crcCheckedSource(source: ByteSource, expected: number | undefined): ByteSource {
  let next = 0;
  let crc = 0;
  return {
    name: source.name,
    byteLength: source.byteLength,
    async read(start, end, options) {
      const bytes = await source.read(start, end, options);
      if (start === 0) {
        next = 0;
        crc = 0;
      }
      if (start !== next) return bytes;
      crc = crc32(bytes, crc);
      next = end;
      if (end === source.byteLength && crc !== expected) {
        throw new ChecksumError(
          `${source.name}: the checksum differs; the archive is damaged: copy or download it again.`,
          { source: source.name },
        );
      }
      return bytes;
    },
  };
}

function inflatedSource(entry: FileEntry, name: string): ByteSource {
  let inflation: SharedRead<Uint8Array> | undefined;
  const source: ByteSource = {
    name,
    byteLength: entry.uncompressedSize,
    async read(start, end, options) {
      checkRead(source, start, end, options);
      if (inflation === undefined || inflation.cancelled) {
        const started = sharedRead((signal) => inflate(entry, name, signal));
        inflation = started;
        started.result.catch(() => {
          if (inflation === started) inflation = undefined;
        });
      }
      const bytes = await inflation.join(options?.signal);
      progressOf(options, `reading ${name}`, end - start)(end - start);
      return bytes.subarray(start, end);
    },
  };
  return source;
}

async function inflate(entry: FileEntry, name: string, signal: AbortSignal): Promise<Uint8Array> {
  const size = entry.uncompressedSize;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const written = entry.getData(writable, { checkCrc32: true, useWebWorkers: false, signal });
  try {
    const [bytes] = await Promise.all([
      joinChunks(streamChunks(readable), { limit: size }),
      written,
    ]);
    if (bytes.length === size) return bytes;
    throw new TruncatedError(`${name} inflates to ${bytes.length} of ${size} bytes.`, {
      source: name,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw zipError(error, name);
  }
}
