import { type ByteReader, type DType, MAX_RECURSION } from '@km/core';
import { malformed } from './errors.ts';

type NumericDType = Exclude<DType, 'string'>;

/** How an HDF5 element is stored, as far as Keras and h5py make use of it. */
export type H5Datatype =
  | {
      readonly kind: 'number';
      readonly dtype: NumericDType;
      readonly size: number;
      readonly bigEndian: boolean;
    }
  | { readonly kind: 'fixed-string'; readonly size: number; readonly padding: number }
  | { readonly kind: 'variable-string'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number; readonly what: string };

const OTHERS = new Map([
  [6, 'compound'],
  [7, 'reference'],
  [9, 'variable-length sequence'],
  [10, 'array'],
]);

interface Prefix {
  readonly bits: number;
  readonly size: number;
}

/** Decodes a datatype message. */
export function decodeDatatype(reader: ByteReader, depth = 0): H5Datatype {
  const type = reader.uint8() & 15;
  const bits = reader.uint16() | (reader.uint8() << 16);
  const size = reader.uint32();
  if (size === 0 || depth > MAX_RECURSION) throw malformed(reader, 'a datatype is impossible');
  const prefix = { bits, size };
  switch (type) {
    case 0:
      return decodeInteger(reader, prefix);
    case 1:
      return decodeFloat(reader, prefix);
    case 3:
      return { kind: 'fixed-string', size, padding: bits & 15 };
    case 5:
      // NumPy has no bfloat16, so h5py stores it as two opaque bytes without a tag.
      return size === 2
        ? { kind: 'number', dtype: 'bfloat16', size, bigEndian: false }
        : other(prefix, 'opaque');
    case 8:
      return decodeEnumeration(reader, prefix, depth);
    case 9:
      if ((bits & 15) === 1) return { kind: 'variable-string', size };
  }
  return other(prefix, OTHERS.get(type) ?? `datatype class ${type}`);
}

function other({ size }: Prefix, what: string): H5Datatype {
  return { kind: 'other', size, what };
}

function isInteger(name: string): name is NumericDType {
  return /^u?int(8|16|32|64)$/.test(name);
}

function decodeInteger(reader: ByteReader, prefix: Prefix): H5Datatype {
  const { bits, size } = prefix;
  const isPlain = reader.uint16() === 0 && reader.uint16() === size * 8;
  const dtype = `${(bits & 8) !== 0 ? '' : 'u'}int${size * 8}`;
  if (!isPlain || !isInteger(dtype)) return other(prefix, 'integer of unusual size');
  return { kind: 'number', dtype, size, bigEndian: (bits & 1) !== 0 };
}

/** Size, bit offset, precision, exponent location and size, mantissa location and size, bias. */
const FLOATS = new Map<string, NumericDType>([
  ['2 0 16 10 5 0 10 15', 'float16'],
  ['2 0 16 7 8 0 7 127', 'bfloat16'],
  ['4 0 32 23 8 0 23 127', 'float32'],
  ['8 0 64 52 11 0 52 1023', 'float64'],
]);

function decodeFloat(reader: ByteReader, prefix: Prefix): H5Datatype {
  const { bits, size } = prefix;
  const layout = [reader.uint16(), reader.uint16(), ...reader.take(4), reader.uint32()];
  const dtype = FLOATS.get([size, ...layout].join(' '));
  // Bits: order (VAX has bit 6, too), hidden leading mantissa bit, place of the sign.
  const isIeee = (bits & 0xfffe) === (((size * 8 - 1) << 8) | 0x20);
  if (dtype === undefined || !isIeee) return other(prefix, 'unusual floating point');
  return { kind: 'number', dtype, size, bigEndian: (bits & 1) !== 0 };
}

/** h5py stores booleans as an enumeration of FALSE and TRUE over int8. */
function decodeEnumeration(reader: ByteReader, prefix: Prefix, depth: number): H5Datatype {
  const base = decodeDatatype(reader, depth + 1);
  if (base.kind !== 'number' || prefix.size !== base.size) return other(prefix, 'enumeration');
  const members = String.fromCharCode(...reader.take(Math.min(reader.remaining, 32)));
  const [first, second, values] = members.split('\0').filter((part) => part !== '');
  const isBool = first === 'FALSE' && second === 'TRUE' && values?.startsWith('\x01') === true;
  return base.size === 1 && isBool ? { ...base, dtype: 'bool' } : base;
}
