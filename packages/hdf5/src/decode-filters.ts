import { ByteReader, ChecksumError } from '@km/core';
import type { H5Context } from './context.ts';
import { malformed } from './errors.ts';
import { fletcher32 } from './fletcher32.ts';
import { MAX_EXPANSION } from './limits.ts';

/** One step that was applied to each chunk when it was written. */
export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;

/** Filters of the HDF5 library beyond these: SZIP, N-bit and scale-offset. */
const LIBRARY = [4, 5, 6];

/** Finds a filter that neither this package nor the HDF5 library has. */
export function foreignFilter(filters: readonly Filter[]): number | undefined {
  return filters.find((filter) => !canUndo([filter]) && !LIBRARY.includes(filter.id))?.id;
}

/** True when all filters can be undone here. */
export function canUndo(filters: readonly Filter[]): boolean {
  return filters.every(({ id }) => id === DEFLATE || id === SHUFFLE || id === FLETCHER32);
}

/** Decodes a filter pipeline message. */
export function decodeFilters(reader: ByteReader): Filter[] {
  const version = reader.uint8();
  if (version !== 1 && version !== 2)
    throw malformed(reader, `filter version ${version} is unknown`);
  const count = reader.uint8();
  if (version === 1) reader.skip(6);
  return Array.from({ length: count }, () => {
    const id = reader.uint16();
    const nameLength = version === 1 || id >= 256 ? reader.uint16() : 0;
    reader.skip(2);
    const length = reader.uint16();
    reader.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    const values = Array.from({ length }, () => reader.uint32());
    if (version === 1 && length % 2 === 1) reader.skip(4);
    return { id, values };
  });
}

/**
 * Undoes the filters of one chunk, the last first; a bit of `mask` says that its filter was left out.
 * The result has `size` bytes.
 */
export async function undoFilters(
  context: H5Context,
  filters: readonly Filter[],
  mask: number,
  stored: Uint8Array,
  size: number,
): Promise<Uint8Array> {
  let bytes = stored;
  for (const [i, filter] of [...filters.entries()].reverse()) {
    if (mask & (1 << i)) continue;
    if (filter.id === DEFLATE) bytes = await inflate(context, bytes, size + 4);
    else if (filter.id === FLETCHER32) bytes = checkSum(context, bytes);
    else bytes = unshuffle(bytes, filter.values[0] ?? 1);
  }
  if (bytes.length !== size)
    throw malformed(context, `a chunk has ${bytes.length} of ${size} bytes`);
  return bytes;
}

/** Inflates zlib data to at most `limit` bytes; four more than a chunk has, as a checksum may lie inside. */
async function inflate(context: H5Context, bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  if (limit > (bytes.length + 64) * MAX_EXPANSION) throw malformed(context, 'a chunk is cut off');
  const out = new Uint8Array(limit);
  let length = 0;
  const stream = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'));
  try {
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return out.subarray(0, length);
      out.set(value, length);
      length += value.length;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw malformed(context, `a compressed chunk cannot be inflated (${reason})`);
  }
}

function checkSum(context: H5Context, bytes: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes, context.name);
  reader.seek(Math.max(0, bytes.length - 4));
  const data = bytes.subarray(0, reader.position);
  if (reader.uint32() === fletcher32(data)) return data;
  throw new ChecksumError(
    `${context.name}: the checksum of a chunk differs; the file is damaged.`,
    {
      source: context.name,
    },
  );
}

/** Puts the bytes of each element together again; a rest shorter than an element was not shuffled. */
function unshuffle(bytes: Uint8Array, elementSize: number): Uint8Array {
  if (elementSize <= 1) return bytes;
  const count = Math.floor(bytes.length / elementSize);
  const out = new Uint8Array(bytes);
  for (let byte = 0; byte < elementSize; byte++) {
    const plane = byte * count;
    for (let i = 0; i < count; i++) out[i * elementSize + byte] = bytes[plane + i] ?? 0;
  }
  return out;
}
