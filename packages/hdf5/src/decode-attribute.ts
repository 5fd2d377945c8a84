import {
  ByteReader,
  checkedMultiply,
  elementCount,
  LimitError,
  type ReadOptions,
  type Shape,
  UnsupportedError,
} from '@km/core';
import { type H5Context, malformed } from './context.ts';
import { decodeDataspace } from './decode-dataspace.ts';
import { decodeDatatype, type H5Datatype } from './decode-datatype.ts';
import { MESSAGE } from './decode-header.ts';
import { decodeNumbers } from './decode-numbers.ts';
import { resolveShared } from './decode-shared.ts';
import { decodeStrings } from './decode-strings.ts';
import { MAX_ATTRIBUTE_BYTES } from './limits.ts';
import { decodeText } from './text.ts';

/** The value of an attribute; a scalar has shape `[]` and one value, an empty one `values` of length 0. */
export interface H5Attribute {
  readonly shape: Shape;
  readonly values: readonly H5Scalar[];
}

/** One element of an attribute. */
export type H5Scalar = string | number | bigint | boolean;

/** An attribute whose value is not decoded yet. */
export interface RawAttribute {
  readonly name: string;
  /** Null for the null dataspace. */
  readonly shape: Shape | undefined;
  readonly type: H5Datatype;
  readonly data: Uint8Array;
}

/** Decodes an attribute message of versions 1 to 3, but not its value. */
export async function decodeAttribute(
  context: H5Context,
  body: Uint8Array,
  options?: ReadOptions,
): Promise<RawAttribute> {
  const reader = new ByteReader(body, context.name);
  const version = reader.uint8();
  if (version < 1 || version > 3)
    throw malformed(context, `attribute version ${version} is unknown`);
  const flags = reader.uint8();
  const sizes = [reader.uint16(), reader.uint16(), reader.uint16()];
  if (version === 3) reader.skip(1);
  const [name = new Uint8Array(0), type, space] = sizes.map((size) => {
    const part = reader.take(size);
    if (version === 1) reader.skip((8 - (size % 8)) % 8);
    return part;
  });
  const message = async (
    bytes: Uint8Array | undefined,
    bit: number,
    kind: number,
  ): Promise<Uint8Array> => {
    const shared = version > 1 && (flags & bit) !== 0;
    return resolveShared(
      context,
      { type: kind, shared, body: bytes ?? new Uint8Array(0) },
      options,
    );
  };
  return {
    name: decodeText(context, name.subarray(0, Math.max(0, name.indexOf(0)))),
    type: decodeDatatype(context, await message(type, 1, MESSAGE.datatype)),
    shape: decodeDataspace(context, await message(space, 2, MESSAGE.dataspace)),
    data: reader.take(reader.remaining),
  };
}

/** Decodes the value of an attribute. @throws UnsupportedError for a compound, reference or other exotic type. */
export async function decodeAttributeValue(
  context: H5Context,
  raw: RawAttribute,
  options?: ReadOptions,
): Promise<H5Attribute> {
  const { type, name } = raw;
  if (raw.shape === undefined) return { shape: [0], values: [] };
  const length = checkedMultiply(elementCount(raw.shape), type.size);
  if (length > raw.data.length)
    throw malformed(context, `the value of attribute ${name} is cut off`);
  const data = raw.data.subarray(0, length);
  if (type.kind === 'number') return { shape: raw.shape, values: decodeNumbers(type, data) };
  if (type.kind === 'other') {
    throw new UnsupportedError(
      `${context.name}: attribute ${name} has type ${type.what}, which is not read.`,
      {
        source: context.name,
        path: name,
      },
    );
  }
  const strings = await decodeStrings(context, type, data, options);
  const total = strings.reduce((sum, string) => sum + string.length, 0);
  if (total > MAX_ATTRIBUTE_BYTES) {
    throw new LimitError(
      `${context.name}: attribute ${name} holds ${total} bytes; at most ${MAX_ATTRIBUTE_BYTES} are read.`,
    );
  }
  return { shape: raw.shape, values: strings.map((string) => decodeText(context, string)) };
}
