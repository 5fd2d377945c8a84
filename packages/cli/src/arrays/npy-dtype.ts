import { type DType, MalformedError, UnsupportedError } from '@km/core';

/** How the elements of a `.npy` file are encoded. */
export type NpyType =
  | { readonly kind: 'plain'; readonly dtype: PlainDType; readonly bigEndian: boolean }
  | { readonly kind: 'unicode'; readonly length: number; readonly bigEndian: boolean }
  | { readonly kind: 'bytes'; readonly length: number };

type PlainDType = Exclude<DType, 'string'>;

const CODES = new Map<string, PlainDType>([
  ['b1', 'bool'],
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['c8', 'complex64'],
  ['c16', 'complex128'],
]);

const DESCRIPTORS = new Map(Array.from(CODES, ([code, dtype]) => [dtype, code]));

/**
 * Parses the `descr` of a `.npy` header, such as `<f4`.
 * @throws UnsupportedError for objects, records, dates and other types that no tensor has.
 */
export function parseNpyType(descr: string, source: string): NpyType {
  const [, order, code = '', digits = ''] = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(descr) ?? [];
  const bigEndian = order === '>';
  const dtype = CODES.get(code === '?' ? 'b1' : code + digits);
  if (dtype !== undefined) return { kind: 'plain', dtype, bigEndian };
  if (code === 'U' || code === 'S') {
    const length = Number(digits);
    if (length === 0 || !Number.isSafeInteger(length)) {
      throw new MalformedError(`${source}: ${descr} is no type of strings; the file is damaged.`, {
        source,
      });
    }
    return code === 'U' ? { kind: 'unicode', length, bigEndian } : { kind: 'bytes', length };
  }
  const advice =
    code === 'O'
      ? 'objects are Python pickles, which are never evaluated'
      : 'no tensor has this type';
  throw new UnsupportedError(
    `${source} holds NumPy elements of type ${JSON.stringify(descr)}: ${advice}; save an array of numbers, booleans or strings.`,
    { source },
  );
}

/** The `descr` of a dtype that NumPy has; `undefined` for bfloat16, quantized types and strings. */
export function npyDescriptor(dtype: DType): string | undefined {
  if (dtype === 'string') return undefined;
  const code = DESCRIPTORS.get(dtype);
  return code && `${code.endsWith('1') ? '|' : '<'}${code}`;
}
