import { ByteReader, type ReadOptions } from '@km/core';
import { type H5Context, malformed, readAddress, readUint, requireAddress } from './context.ts';
import { readDenseObjects } from './decode-dense.ts';
import { findMessage, MESSAGE, type ObjectHeader } from './decode-header.ts';
import { readSymbolTable } from './decode-symbol-table.ts';
import type { Link, Links } from './links.ts';
import { decodeText } from './text.ts';

/** True when a header is that of a group. */
export function isGroup(header: ObjectHeader): boolean {
  return header.messages.some(
    ({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.linkInfo,
  );
}

/** Reads all links of a group, whichever way they are stored. */
export async function readLinks(
  context: H5Context,
  header: ObjectHeader,
  options?: ReadOptions,
): Promise<Links> {
  const table = findMessage(header, MESSAGE.symbolTable);
  if (table !== undefined) return readSymbolTable(context, table.body, options);
  const bodies = header.messages
    .filter(({ type }) => type === MESSAGE.link)
    .map(({ body }) => body);
  const info = findMessage(header, MESSAGE.linkInfo);
  if (info !== undefined) bodies.push(...(await readDenseLinks(context, info.body, options)));
  const links = new Map<string, Link>();
  for (const body of bodies) {
    const { name, link } = decodeLink(context, body);
    if (links.has(name))
      throw malformed(context, `a group has two links named ${name}`, header.address);
    links.set(name, link);
  }
  return new Map([...links].sort(([a], [b]) => compareBytes(a, b)));
}

function compareBytes(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  const at = left.findIndex((byte, i) => byte !== right[i]);
  if (at < 0) return left.length - right.length;
  return (left[at] ?? 0) - (right[at] ?? -1);
}

async function readDenseLinks(
  context: H5Context,
  body: Uint8Array,
  options: ReadOptions | undefined,
): Promise<Uint8Array[]> {
  const reader = new ByteReader(body, context.name);
  reader.skip(1);
  if (reader.uint8() & 1) reader.skip(8);
  const heap = readAddress(reader, context);
  const index = readAddress(reader, context);
  if (heap === undefined || index === undefined) return [];
  return readDenseObjects(context, heap, index, 'links', options);
}

function decodeLink(context: H5Context, body: Uint8Array): { name: string; link: Link } {
  const reader = new ByteReader(body, context.name);
  if (reader.uint8() !== 1) throw malformed(context, 'a link has an unknown version');
  const flags = reader.uint8();
  const kind = flags & 8 ? reader.uint8() : 0;
  if (flags & 4) reader.skip(8);
  if (flags & 16) reader.skip(1);
  const name = decodeText(context, reader.take(readUint(reader, 1 << (flags & 3))));
  if (kind === 0) {
    return {
      name,
      link: { kind: 'hard', address: requireAddress(reader, context, `link ${name}`) },
    };
  }
  if (kind !== 1) return { name, link: { kind: 'external' } };
  const target = decodeText(context, reader.take(reader.uint16()));
  return { name, link: { kind: 'soft', target } };
}
