import {
  type ByteSource,
  type LazyTensor,
  MAX_RECURSION,
  type ReadOptions,
  UnsupportedError,
} from '@km/core';
import { type H5Context, malformed } from './context.ts';
import { openTensor } from './dataset.ts';
import {
  decodeAttribute,
  decodeAttributeValue,
  type H5Attribute,
  type RawAttribute,
} from './decode-attribute.ts';
import { readDenseAttributes } from './decode-attribute-info.ts';
import { MESSAGE, type ObjectHeader, readObjectHeader } from './decode-header.ts';
import { isGroup, readLinks } from './decode-links.ts';
import { resolveShared } from './decode-shared.ts';
import { readSuperblock } from './decode-superblock.ts';
import type { Link, Links } from './links.ts';

interface H5Object {
  /** Path from the root, such as `/model_weights/dense`. */
  readonly path: string;
  /** Names of the attributes, in file order. */
  attributeNames(options?: ReadOptions): Promise<readonly string[]>;
  /** Reads an attribute; `undefined` when there is none of that name. */
  attribute(name: string, options?: ReadOptions): Promise<H5Attribute | undefined>;
}

/** A group of an HDF5 file. */
export interface H5Group extends H5Object {
  readonly kind: 'group';
  /** Names of the links, in the order of their UTF-8 bytes. */
  names(options?: ReadOptions): Promise<readonly string[]>;
  /**
   * Opens what a path leads to, from this group or, with a leading `/`, from the root; `undefined` when a part of
   * it does not exist.
   */
  open(path: string, options?: ReadOptions): Promise<H5Group | H5Dataset | undefined>;
}

/** A dataset of an HDF5 file. */
export interface H5Dataset extends H5Object {
  readonly kind: 'dataset';
  /**
   * Its values, read when asked for.
   * @throws UnsupportedError for compound, reference and other types that no tensor has.
   */
  tensor(options?: ReadOptions): Promise<LazyTensor>;
}

interface File {
  readonly context: H5Context;
  readonly root: number;
  /** Links of the groups seen, by address of the group. */
  readonly links: Map<number, Promise<Links>>;
}

/**
 * Opens an HDF5 file, reading its superblock and root group only.
 * @throws MalformedError when the bytes are not HDF5, saying what they look like; TruncatedError when bytes are missing.
 */
export async function openFile(source: ByteSource, options?: ReadOptions): Promise<H5Group> {
  const { context, root } = await readSuperblock(source, options);
  const file: File = { context, root, links: new Map() };
  const header = await readObjectHeader(context, root, options);
  if (!isGroup(header)) throw malformed(context, 'the root is not a group', root);
  return groupOf(file, header, '/');
}

function attributesOf(
  file: File,
  header: ObjectHeader,
): Pick<H5Object, 'attribute' | 'attributeNames'> {
  const { context } = file;
  const read = async (options?: ReadOptions): Promise<ReadonlyMap<string, RawAttribute>> => {
    const bodies: Uint8Array[] = [];
    for (const message of header.messages) {
      if (message.type === MESSAGE.attribute)
        bodies.push(await resolveShared(context, message, options));
      if (message.type !== MESSAGE.attributeInfo) continue;
      bodies.push(...(await readDenseAttributes(context, message.body, options)));
    }
    const attributes = new Map<string, RawAttribute>();
    for (const body of bodies) {
      const attribute = await decodeAttribute(context, body, options);
      attributes.set(attribute.name, attribute);
    }
    return attributes;
  };
  let cached: Promise<ReadonlyMap<string, RawAttribute>> | undefined;
  const all = (options?: ReadOptions): Promise<ReadonlyMap<string, RawAttribute>> => {
    cached ??= read(options);
    return cached;
  };
  return {
    attributeNames: async (options) => [...(await all(options)).keys()],
    async attribute(name, options) {
      const raw = (await all(options)).get(name);
      return raw && decodeAttributeValue(context, raw, options);
    },
  };
}

function groupOf(file: File, header: ObjectHeader, path: string): H5Group {
  return {
    kind: 'group',
    path,
    ...attributesOf(file, header),
    names: async (options) => [...(await linksOf(file, header, options)).keys()],
    open: (target, options) => follow(file, { header, path }, target, 0, options),
  };
}

function linksOf(
  file: File,
  header: ObjectHeader,
  options: ReadOptions | undefined,
): Promise<Links> {
  const known = file.links.get(header.address);
  if (known !== undefined) return known;
  const links = readLinks(file.context, header, options);
  file.links.set(header.address, links);
  links.catch(() => file.links.delete(header.address));
  return links;
}

interface Place {
  readonly header: ObjectHeader;
  readonly path: string;
}

async function follow(
  file: File,
  from: Place,
  target: string,
  depth: number,
  options: ReadOptions | undefined,
): Promise<H5Group | H5Dataset | undefined> {
  const place = await walk(file, from, target, depth, options);
  if (place === undefined) return undefined;
  const { header, path } = place;
  if (isGroup(header)) return groupOf(file, header, path);
  return {
    kind: 'dataset',
    path,
    ...attributesOf(file, header),
    tensor: (tensorOptions) => openTensor(file.context, header, path, tensorOptions),
  };
}

async function walk(
  file: File,
  from: Place,
  target: string,
  depth: number,
  options: ReadOptions | undefined,
): Promise<Place | undefined> {
  const { context, root } = file;
  if (depth > MAX_RECURSION) throw malformed(context, `link ${target} runs in a circle`);
  let place: Place | undefined = from;
  if (target.startsWith('/')) {
    place = { header: await readObjectHeader(context, root, options), path: '/' };
  }
  for (const part of target.split('/')) {
    if (part !== '' && part !== '.') place = await step(file, place, part, depth, options);
    if (place === undefined) return undefined;
  }
  return place;
}

async function step(
  file: File,
  from: Place,
  name: string,
  depth: number,
  options: ReadOptions | undefined,
): Promise<Place | undefined> {
  const { context } = file;
  if (!isGroup(from.header)) return undefined;
  const link: Link | undefined = (await linksOf(file, from.header, options)).get(name);
  if (link === undefined) return undefined;
  const path = from.path === '/' ? `/${name}` : `${from.path}/${name}`;
  switch (link.kind) {
    case 'hard':
      return { header: await readObjectHeader(context, link.address, options), path };
    case 'soft':
      return walk(file, from, link.target, depth + 1, options);
    case 'external':
      throw new UnsupportedError(
        `${context.name}: ${path} lies in another file, which is not read.`,
        { source: context.name, path },
      );
  }
}
