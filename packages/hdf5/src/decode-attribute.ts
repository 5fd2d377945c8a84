import { ByteReader, checkedMultiply, elementCount, type Shape } from '@km/core';
import type { H5Context } from './context.ts';
import { decodeDataspace } from './decode-dataspace.ts';
import { decodeDatatype, type H5Datatype } from './decode-datatype.ts';
import { MESSAGE } from './decode-header.ts';
import { decodeNumbers } from './decode-numbers.ts';
import { resolveShared } from './decode-shared.ts';
import { decodeStrings } from './decode-strings.ts';
import { malformed, tooLarge, unsupported } from './errors.ts';
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
  readonly shape: Shape;
  readonly type: H5Datatype;
  readonly data: Uint8Array;
}

/** Decodes an attribute message of versions 1 to 3, but not its value. */
export async function decodeAttribute(context: H5Context, body: Uint8Array): Promise<RawAttribute> {
  const reader = new ByteReader(body, context.name);
  const version = reader.uint8();
  if (version < 1 || version > 3)
    throw malformed(context, `attribute version ${version} is unknown`);
  const flags = version === 1 ? reader.uint8() & 0 : reader.uint8();
  const sizes = [reader.uint16(), reader.uint16(), reader.uint16()] as const;
  if (version === 3) reader.skip(1);
  const part = (size: number): Uint8Array => {
    const bytes = reader.take(size);
    if (version === 1) reader.skip(-size & 7);
    return bytes;
  };
  const message = (size: number, bit: number, type: number): Promise<ByteReader> =>
    resolveShared(context, { type, shared: (flags & bit) !== 0, body: part(size) });
  const name = part(sizes[0]);
  return {
    name: decodeText(context, name.subarray(0, name.indexOf(0))),
    type: decodeDatatype(await message(sizes[1], 1, MESSAGE.datatype)),
    shape: decodeDataspace(await message(sizes[2], 2, MESSAGE.dataspace)),
    data: reader.take(reader.remaining),
  };
}

/** Decodes the value of an attribute. @throws UnsupportedError for a compound, reference or other exotic type. */
export async function decodeAttributeValue(
  context: H5Context,
  { name, shape, type, data }: RawAttribute,
): Promise<H5Attribute> {
  const length = checkedMultiply(elementCount(shape), type.size);
  if (length > data.length) throw malformed(context, `the value of attribute ${name} is cut off`);
  const raw = data.subarray(0, length);
  const isHalf = type.kind === 'number' && type.dtype.endsWith('float16');
  if (type.kind === 'other' || isHalf) {
    const what = type.kind === 'other' ? type.what : type.dtype;
    throw unsupported(context, `attribute ${name} has type ${what}, which is not read`, name);
  }
  if (type.kind === 'number') return { shape, values: decodeNumbers(type, raw) };
  const strings = await decodeStrings(context, type, raw);
  const total = strings.reduce((sum, string) => sum + string.length, 0);
  if (total > MAX_ATTRIBUTE_BYTES) {
    throw tooLarge(context, `attribute ${name} holds ${total} bytes`, name);
  }
  return { shape, values: strings.map((string) => decodeText(context, string)) };
}
