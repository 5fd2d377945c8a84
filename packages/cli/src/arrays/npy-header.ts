import { ByteReader, LimitError, MalformedError, UnsupportedError } from '@km/core';
import { type NpyType, parseNpyType } from './npy-dtype.ts';

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  readonly type: NpyType;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** First byte of the values. */
  readonly dataStart: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Most bytes of a header; NumPy itself trusts 10,000. */
const MAX_HEADER_BYTES = 65_536;

/** True when bytes start with the signature of a `.npy` file. */
export function hasNpySignature(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Decodes the header of a `.npy` file of version 1, 2 or 3.
 * @throws MalformedError or TruncatedError when it is damaged; UnsupportedError for types that no tensor has.
 */
export function decodeNpyHeader(bytes: Uint8Array, source: string): NpyHeader {
  if (!hasNpySignature(bytes)) {
    throw new MalformedError(`${source} is not a NumPy array; check the path.`, { source });
  }
  const reader = new ByteReader(bytes, source);
  reader.seek(MAGIC.length);
  const major = reader.uint8();
  reader.uint8();
  if (major < 1 || major > 3) {
    throw new UnsupportedError(`${source} has version ${major} of NumPy's format, not 1 to 3.`, {
      source,
    });
  }
  const length = major === 1 ? reader.uint16() : reader.uint32();
  if (length > MAX_HEADER_BYTES) {
    throw new LimitError(`${source} has a header of ${length} bytes; the file is damaged.`, {
      source,
    });
  }
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(reader.take(length));
  return { ...parseHeader(text, source), dataStart: reader.position };
}

function parseHeader(text: string, source: string): Omit<NpyHeader, 'dataStart'> {
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    throw new UnsupportedError(
      `${source} holds NumPy records; save each of their fields as an array of its own.`,
      { source },
    );
  }
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new MalformedError(
      `${source}: the NumPy header ${JSON.stringify(text.slice(0, 100))} is damaged.`,
      { source },
    );
  }
  const sizes = shape.match(/\d+/g) ?? [];
  return {
    type: parseNpyType(descr, source),
    fortranOrder: order === 'True',
    shape: sizes.map(Number),
  };
}
