import { ByteWriter } from './byte-writer.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { lengthWords } from './decode-strings.ts';

/** Encoded string tensor: pieces in order, and the checksum of the entry before masking. */
export interface EncodedStrings {
  readonly pieces: readonly Uint8Array[];
  readonly crc: number;
}

/** Encodes a string tensor: all lengths as varints, their checksum, then the bytes of all strings. */
export function encodeStrings(strings: readonly Uint8Array[]): EncodedStrings {
  const lengths = strings.map((value) => value.length);
  const header = new ByteWriter(lengths.length + 16);
  for (const length of lengths) header.varint(length);
  const word = new ByteWriter(4).uint32(maskCrc(crc32c(lengthWords(lengths)))).finish();
  const ofHeader = crc32c(word, crc32c(lengthWords(lengths)));
  const crc = strings.reduce((sum, value) => crc32c(value, sum), ofHeader);
  return { pieces: [header.bytes(word).finish(), ...strings], crc };
}
