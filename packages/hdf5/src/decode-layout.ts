import type { ByteReader } from '@km/core';
import { readAddress } from './context.ts';

/** Where the values of a dataset are. */
export type Layout =
  | { readonly kind: 'compact'; readonly data: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number; readonly size: number }
  /** Chunked, never written, or rarer: the message itself, for who knows it. */
  | { readonly kind: 'other'; readonly body: Uint8Array };

/** Decodes a data layout message as far as Keras writes it. */
export function decodeLayout(reader: ByteReader): Layout {
  const version = reader.uint8();
  const kind = version === 3 || version === 4 ? reader.uint8() : undefined;
  if (kind === 0) return { kind: 'compact', data: reader.take(reader.uint16()) };
  const address = kind === 1 ? readAddress(reader) : undefined;
  if (address === undefined) return { kind: 'other', body: reader.bytes };
  return { kind: 'contiguous', address, size: reader.uint64() };
}
