import {
  ByteReader,
  type ByteSource,
  type LazyTensor,
  MAX_RECURSION,
  type ReadOptions,
} from '@km/core';
import type { H5Context } from './context.ts';
import { openTensor } from './dataset.ts';
import {
  decodeAttribute,
  decodeAttributeValue,
  type H5Attribute,
  type RawAttribute,
} from './decode-attribute.ts';
import { MESSAGE, type ObjectHeader, readObjectHeader } from './decode-header.ts';
import { isGroup, readDense, readLinks } from './decode-links.ts';
import { resolveShared } from './decode-shared.ts';
import { readSuperblock } from './decode-superblock.ts';
import { malformed, unsupported } from './errors.ts';
import type { Links } from './links.ts';

interface H5Object {
  /** Path from the root, such as `/model_weights/dense`. */
  readonly path: string;
  /** Names of the attributes, in file order. */
  attributeNames(): Promise<readonly string[]>;
  /** Reads an attribute; `undefined` when there is none of that name. */
  attribute(name: string): Promise<H5Attribute | undefined>;
}

/** A group of an HDF5 file. */
export interface H5Group extends H5Object {
  readonly kind: 'group';
  /** Names of the links, in the order of their UTF-8 bytes. */
  names(): Promise<readonly string[]>;
  /**
   * Opens what a path leads to, from this group or, with a leading `/`, from the root; `undefined` when a part of
   * it does not exist.
   */
  open(path: string): Promise<H5Group | H5Dataset | undefined>;
}

/** A dataset of an HDF5 file. */
export interface H5Dataset extends H5Object {
  readonly kind: 'dataset';
  /**
   * Its values, read when asked for.
   * @throws UnsupportedError for compound, reference and other types that no tensor has.
   */
  tensor(): Promise<LazyTensor>;
}

interface File {
  readonly context: H5Context;
  readonly root: number;
  /** Links of the groups seen, by address of the group. */
  readonly links: Map<number, Promise<Links>>;
}

/** An object header and the path that led to it. */
interface Place {
  readonly header: ObjectHeader;
  readonly path: string;
}

/**
 * Opens an HDF5 file, reading its superblock and root group only; the signal also cancels later reads of structure.
 * @throws MalformedError when the bytes are not HDF5, saying what they look like; TruncatedError when bytes are missing.
 */
export async function openFile(source: ByteSource, options?: ReadOptions): Promise<H5Group> {
  const { context, root } = await readSuperblock(source, options);
  const place = { header: await readObjectHeader(context, root), path: '/' };
  const opened = objectAt({ context, root, links: new Map() }, place);
  if (opened.kind === 'group') return opened;
  throw malformed(context, 'the root is not a group', root);
}

function objectAt(file: File, place: Place): H5Group | H5Dataset {
  const { header, path } = place;
  let cached: Promise<ReadonlyMap<string, RawAttribute>> | undefined;
  const attributes = (): Promise<ReadonlyMap<string, RawAttribute>> => {
    cached ??= readAttributes(file.context, header);
    return cached;
  };
  const object: H5Object = {
    path,
    attributeNames: async () => [...(await attributes()).keys()],
    async attribute(name) {
      const raw = (await attributes()).get(name);
      return raw && decodeAttributeValue(file.context, raw);
    },
  };
  if (!isGroup(header)) {
    return { kind: 'dataset', ...object, tensor: () => openTensor(file.context, header, path) };
  }
  return {
    kind: 'group',
    ...object,
    names: async () => [...(await linksOf(file, header)).keys()],
    async open(target) {
      const found = await walk(file, place, target, 0);
      return found && objectAt(file, found);
    },
  };
}

async function readAttributes(
  context: H5Context,
  header: ObjectHeader,
): Promise<ReadonlyMap<string, RawAttribute>> {
  let bodies: Uint8Array[] = [];
  for (const message of header.messages) {
    if (message.type === MESSAGE.attribute)
      bodies.push((await resolveShared(context, message)).bytes);
    if (message.type !== MESSAGE.attributeInfo) continue;
    const info = new ByteReader(message.body, context.name);
    bodies = bodies.concat(await readDense(context, info, 2, 'attributes'));
  }
  const attributes = new Map<string, RawAttribute>();
  for (const body of bodies) {
    const attribute = await decodeAttribute(context, body);
    attributes.set(attribute.name, attribute);
  }
  return attributes;
}

function linksOf(file: File, header: ObjectHeader): Promise<Links> {
  const known = file.links.get(header.address);
  if (known !== undefined) return known;
  const links = readLinks(file.context, header);
  file.links.set(header.address, links);
  links.catch(() => file.links.delete(header.address));
  return links;
}

async function walk(
  file: File,
  from: Place,
  target: string,
  depth: number,
): Promise<Place | undefined> {
  const { context, root } = file;
  if (depth > MAX_RECURSION) throw malformed(context, `link ${target} runs in a circle`);
  let place: Place | undefined = from;
  if (target.startsWith('/')) place = { header: await readObjectHeader(context, root), path: '/' };
  for (const part of target.split('/')) {
    if (part !== '' && part !== '.') place = await step(file, place, part, depth);
    if (place === undefined) return undefined;
  }
  return place;
}

async function step(
  file: File,
  from: Place,
  name: string,
  depth: number,
): Promise<Place | undefined> {
  const { context } = file;
  const links: Links = isGroup(from.header) ? await linksOf(file, from.header) : new Map();
  if (!links.has(name)) return undefined;
  const link = links.get(name);
  const path = `${from.path === '/' ? '' : from.path}/${name}`;
  if (typeof link === 'string') return walk(file, from, link, depth + 1);
  if (link !== undefined) return { header: await readObjectHeader(context, link), path };
  throw unsupported(context, `${path} lies in another file, which is not read`, path);
}
