import { ByteReader } from '@km/core';
import { type H5Context, readAddress, readUint, requireAddress } from './context.ts';
import { findMessage, MESSAGE, type ObjectHeader } from './decode-header.ts';
import { readSymbolTable } from './decode-symbol-table.ts';
import { malformed } from './errors.ts';
import type { Link, Links } from './links.ts';
import { decodeText } from './text.ts';

/** True when a header is that of a group. */
export function isGroup(header: ObjectHeader): boolean {
  const { symbolTable, linkInfo } = MESSAGE;
  return header.messages.some(({ type }) => type === symbolTable || type === linkInfo);
}

/** Reads all links of a group, whichever way they are stored. */
export async function readLinks(context: H5Context, header: ObjectHeader): Promise<Links> {
  const open = (body: Uint8Array): ByteReader => new ByteReader(body, context.name);
  const table = findMessage(header, MESSAGE.symbolTable);
  if (table !== undefined) return readSymbolTable(context, open(table.body));
  let bodies = header.messages.filter(({ type }) => type === MESSAGE.link).map(({ body }) => body);
  const info = findMessage(header, MESSAGE.linkInfo);
  if (info !== undefined) {
    bodies = bodies.concat(await readDense(context, open(info.body), 8, 'links'));
  }
  const links = bodies.map((body) => decodeLink(open(body)));
  const sorted = new Map(links.sort(([a], [b]) => compareBytes(a, b)));
  if (sorted.size < links.length) {
    throw malformed(context, 'a group has two links of one name', header.address);
  }
  return sorted;
}

/**
 * Reads the messages that an info message of links or attributes says are kept outside of the header; its first flag
 * announces a counter of `counterSize` bytes.
 */
export async function readDense(
  context: H5Context,
  info: ByteReader,
  counterSize: number,
  what: 'links' | 'attributes',
): Promise<Uint8Array[]> {
  info.skip(1);
  if (info.uint8() & 1) info.skip(counterSize);
  const heap = readAddress(info);
  const index = readAddress(info);
  if (heap === undefined || index === undefined) return [];
  const { readDenseObjects } = await import('./decode-dense.ts');
  return readDenseObjects(context, heap, index, what);
}

function compareBytes(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  const at = left.findIndex((byte, i) => byte !== right[i]);
  if (at < 0) return left.length - right.length;
  return (left[at] ?? 0) - (right[at] ?? -1);
}

function decodeLink(reader: ByteReader): [string, Link] {
  reader.skip(1);
  const flags = reader.uint8();
  const kind = flags & 8 ? reader.uint8() : 0;
  reader.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const name = decodeText(reader, reader.take(readUint(reader, 1 << (flags & 3))));
  if (kind === 0) return [name, requireAddress(reader, `link ${name}`)];
  return [name, kind === 1 ? decodeText(reader, reader.take(reader.uint16())) : undefined];
}
