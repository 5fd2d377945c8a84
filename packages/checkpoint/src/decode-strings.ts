import { ByteReader, ChecksumError, elementCount, MalformedError, type Shape } from '@km/core';
import { crc32c, maskCrc } from './crc32c.ts';

/** How the strings of a tensor are stored and checked. */
export interface StringEncoding {
  readonly shape: Shape;
  /** Masked checksum of the entry. */
  readonly crc: number;
  readonly verifyChecksums: boolean;
  readonly littleEndian: boolean;
  readonly name: string;
}

/**
 * Decodes a string tensor: all lengths as varints, their checksum, then the bytes of all strings.
 * @throws TruncatedError, MalformedError, ChecksumError when the bytes are damaged.
 */
export function decodeStrings(bytes: Uint8Array, encoding: StringEncoding): Uint8Array[] {
  const { shape, name } = encoding;
  const reader = new ByteReader(bytes, name);
  const count = elementCount(shape);
  if (count > bytes.length)
    throw new MalformedError(
      `${count} strings cannot lie in the ${bytes.length} bytes of ${name}.`,
      {
        source: name,
      },
    );
  const lengths: number[] = [];
  for (let index = 0; index < count; index++) lengths.push(reader.varint());
  const headerEnd = reader.position;
  reader.skip(4);
  const strings = lengths.map((length) => reader.take(length));
  if (reader.remaining > 0)
    throw new MalformedError(`${name} has ${reader.remaining} bytes more than its strings.`, {
      source: name,
    });
  if (encoding.verifyChecksums) verify(bytes, headerEnd, lengths, encoding);
  return strings;
}

function verify(
  bytes: Uint8Array,
  headerEnd: number,
  lengths: readonly number[],
  { crc, littleEndian, name }: StringEncoding,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ofLengths = crc32c(lengthWords(lengths, littleEndian));
  const stored = view.getUint32(headerEnd, littleEndian);
  const whole = crc32c(bytes.subarray(headerEnd), ofLengths);
  if (stored !== maskCrc(ofLengths) || crc !== maskCrc(whole))
    throw new ChecksumError(`${name} does not match its checksum; the file is damaged.`, {
      source: name,
    });
}

/**
 * Lengths as the words that the checksum of a string tensor is made of: four bytes each, eight above 2^32 - 1.
 */
export function lengthWords(lengths: readonly number[], littleEndian = true): Uint8Array {
  const wide = lengths.reduce((count, length) => count + (length > 0xffffffff ? 1 : 0), 0);
  const bytes = new Uint8Array(4 * (lengths.length + wide));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const length of lengths) {
    if (length > 0xffffffff) {
      view.setBigUint64(offset, BigInt(length), littleEndian);
      offset += 8;
    } else {
      view.setUint32(offset, length, littleEndian);
      offset += 4;
    }
  }
  return bytes;
}
