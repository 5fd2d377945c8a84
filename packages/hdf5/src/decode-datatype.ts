import { ByteReader, type DType, MAX_RECURSION } from '@km/core';
import { type H5Context, malformed } from './context.ts';

/** How an HDF5 element is stored, as far as Keras and h5py make use of it. */
export type H5Datatype =
  | {
      readonly kind: 'number';
      readonly dtype: Exclude<DType, 'string'>;
      readonly size: number;
      readonly bigEndian: boolean;
    }
  | { readonly kind: 'fixed-string'; readonly size: number; readonly padding: number }
  | { readonly kind: 'variable-string'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number; readonly what: string };

const CLASSES = [
  'integer',
  'floating-point',
  'time',
  'string',
  'bit field',
  'opaque',
  'compound',
  'reference',
  'enumeration',
  'variable-length',
  'array',
  'complex',
] as const;

interface Prefix {
  readonly version: number;
  readonly bits: number;
  readonly size: number;
}

/** Decodes a datatype message. */
export function decodeDatatype(context: H5Context, body: Uint8Array): H5Datatype {
  return decode(context, new ByteReader(body, context.name), 0);
}

function decode(context: H5Context, reader: ByteReader, depth: number): H5Datatype {
  if (depth > MAX_RECURSION) throw malformed(context, 'a datatype nests too deep');
  const first = reader.uint8();
  const type = CLASSES[first & 15];
  const bits = reader.uint16() | (reader.uint8() << 16);
  const prefix: Prefix = { version: first >> 4, bits, size: reader.uint32() };
  if (prefix.size === 0) throw malformed(context, 'a datatype has size 0');
  switch (type) {
    case 'integer':
      return decodeInteger(reader, prefix);
    case 'floating-point':
      return decodeFloat(reader, prefix);
    case 'string':
      return { kind: 'fixed-string', size: prefix.size, padding: bits & 15 };
    case 'opaque':
      return decodeOpaque(prefix);
    case 'enumeration':
      return decodeEnumeration(context, reader, prefix, depth);
    case 'variable-length':
      return (bits & 15) === 1
        ? { kind: 'variable-string', size: prefix.size }
        : other(prefix, 'variable-length sequence');
    case undefined:
      throw malformed(context, `datatype class ${first & 15} is unknown`);
    default:
      return other(prefix, type);
  }
}

function other(prefix: Prefix, what: string): H5Datatype {
  return { kind: 'other', size: prefix.size, what };
}

function decodeInteger(reader: ByteReader, { bits, size }: Prefix): H5Datatype {
  const offset = reader.uint16();
  const precision = reader.uint16();
  const signed = (bits & 8) !== 0;
  const dtype = new Map<number, Exclude<DType, 'string'>>([
    [1, signed ? 'int8' : 'uint8'],
    [2, signed ? 'int16' : 'uint16'],
    [4, signed ? 'int32' : 'uint32'],
    [8, signed ? 'int64' : 'uint64'],
  ]).get(size);
  if (dtype === undefined || offset !== 0 || precision !== size * 8) {
    return { kind: 'other', size, what: `${precision}-bit integer in ${size} bytes` };
  }
  return { kind: 'number', dtype, size, bigEndian: (bits & 1) !== 0 };
}

/** Size, bit offset, precision, exponent location and size, mantissa location and size, bias. */
const FLOATS = new Map<string, Exclude<DType, 'string'>>([
  ['2 0 16 10 5 0 10 15', 'float16'],
  ['2 0 16 7 8 0 7 127', 'bfloat16'],
  ['4 0 32 23 8 0 23 127', 'float32'],
  ['8 0 64 52 11 0 52 1023', 'float64'],
]);

function decodeFloat(reader: ByteReader, { bits, size }: Prefix): H5Datatype {
  const key = [
    size,
    reader.uint16(),
    reader.uint16(),
    reader.uint8(),
    reader.uint8(),
    reader.uint8(),
    reader.uint8(),
    reader.uint32(),
  ].join(' ');
  const dtype = FLOATS.get(key);
  const vax = (bits & 0x40) !== 0;
  const ieee = ((bits >> 4) & 3) === 2 && ((bits >> 8) & 255) === size * 8 - 1;
  if (dtype === undefined || vax || !ieee) {
    return { kind: 'other', size, what: `non-IEEE floating-point in ${size} bytes` };
  }
  return { kind: 'number', dtype, size, bigEndian: (bits & 1) !== 0 };
}

/** NumPy has no bfloat16, so h5py stores it as two opaque bytes without a tag. */
function decodeOpaque(prefix: Prefix): H5Datatype {
  if (prefix.size !== 2) return other(prefix, `opaque of ${prefix.size} bytes`);
  return { kind: 'number', dtype: 'bfloat16', size: 2, bigEndian: false };
}

/** h5py stores booleans as an enumeration of FALSE and TRUE over int8. */
function decodeEnumeration(
  context: H5Context,
  reader: ByteReader,
  prefix: Prefix,
  depth: number,
): H5Datatype {
  const base = decode(context, reader, depth + 1);
  const members = String.fromCharCode(...reader.take(Math.min(reader.remaining, 32)));
  const [first, second, values] = members.split('\0').filter((part) => part !== '');
  const isBool = first === 'FALSE' && second === 'TRUE' && values?.startsWith('\x01');
  if (base.kind !== 'number' || prefix.size !== base.size) return other(prefix, 'enumeration');
  return base.size === 1 && isBool === true ? { ...base, dtype: 'bool' } : base;
}
