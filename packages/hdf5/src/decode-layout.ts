import { ByteReader, type Shape } from '@km/core';
import { type H5Context, malformed, readAddress, readLength, readUint } from './context.ts';

/** Where the values of a dataset are. */
export type Layout =
  | { readonly kind: 'compact'; readonly data: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | undefined; readonly size: number }
  | {
      readonly kind: 'chunked';
      /** Shape of a chunk, in elements. */
      readonly chunk: Shape;
      readonly elementSize: number;
      /** Address of the B-tree; `undefined` when nothing is stored. */
      readonly index: number | undefined;
    }
  | {
      readonly kind: 'single-chunk';
      readonly address: number | undefined;
      readonly chunk: SingleChunk;
    }
  | { readonly kind: 'other'; readonly what: string };

/** A dataset stored as one chunk. */
export interface SingleChunk {
  /** Stored size, in bytes; `undefined` when no filter is applied. */
  readonly size: number | undefined;
  readonly filterMask: number;
}

/** Decodes a data layout message. */
export function decodeLayout(context: H5Context, body: Uint8Array): Layout {
  const reader = new ByteReader(body, context.name);
  const version = reader.uint8();
  if (version === 1 || version === 2) return decodeOldLayout(context, reader);
  if (version !== 3 && version !== 4) return { kind: 'other', what: `layout version ${version}` };
  const kind = reader.uint8();
  switch (kind) {
    case 0:
      return { kind: 'compact', data: reader.take(reader.uint16()) };
    case 1: {
      const address = readAddress(reader, context);
      return { kind: 'contiguous', address, size: readLength(reader, context) };
    }
    case 2:
      return version === 3 ? decodeChunked(context, reader) : decodeNewChunked(context, reader);
    case 3:
      return { kind: 'other', what: 'virtual layout' };
    default:
      throw malformed(context, `layout class ${kind} is unknown`);
  }
}

function decodeOldLayout(context: H5Context, reader: ByteReader): Layout {
  const rank = reader.uint8();
  const kind = reader.uint8();
  reader.skip(5);
  const address = kind === 0 ? undefined : readAddress(reader, context);
  const sizes = Array.from({ length: rank }, () => reader.uint32());
  if (kind === 0) return { kind: 'compact', data: reader.take(reader.uint32()) };
  if (kind === 1) return { kind: 'contiguous', address, size: sizes.reduce((a, b) => a * b, 1) };
  if (kind !== 2) throw malformed(context, `layout class ${kind} is unknown`);
  return chunked(sizes, address);
}

function decodeChunked(context: H5Context, reader: ByteReader): Layout {
  const rank = reader.uint8();
  const index = readAddress(reader, context);
  return chunked(
    Array.from({ length: rank }, () => reader.uint32()),
    index,
  );
}

function chunked(sizes: readonly number[], index: number | undefined): Layout {
  const chunk = sizes.slice(0, -1);
  return { kind: 'chunked', chunk, elementSize: sizes.at(-1) ?? 0, index };
}

function decodeNewChunked(context: H5Context, reader: ByteReader): Layout {
  const flags = reader.uint8();
  const rank = reader.uint8();
  const width = reader.uint8();
  if (width > 8) throw malformed(context, 'a chunk has impossible sizes');
  reader.skip(rank * width);
  const index = reader.uint8();
  if (index !== 1) return { kind: 'other', what: `chunk index of type ${index}` };
  const filtered = (flags & 2) !== 0;
  const size = filtered ? readLength(reader, context) : undefined;
  const filterMask = filtered ? readUint(reader, 4) : 0;
  return {
    kind: 'single-chunk',
    address: readAddress(reader, context),
    chunk: { size, filterMask },
  };
}
