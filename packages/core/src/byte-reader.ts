import { checkedNumber } from './checked.ts';
import { MalformedError, TruncatedError } from './errors.ts';

/** Reads little-endian values one after the other, checking every length against the bytes that remain. */
export class ByteReader {
  /** Bytes being read. */
  readonly bytes: Uint8Array;
  /** File or structure that the bytes belong to, for messages. */
  readonly name: string;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array, name = 'bytes') {
    this.bytes = bytes;
    this.name = name;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.bytes.length - this.#position;
  }

  /** Moves to an offset. @throws TruncatedError outside of the bytes. */
  seek(position: number): void {
    if (!Number.isSafeInteger(position) || position < 0 || position > this.bytes.length) {
      throw new TruncatedError(
        `Offset ${position} lies outside the ${this.bytes.length} bytes of ${this.name}; the file is truncated or damaged.`,
        { source: this.name, offset: this.#position },
      );
    }
    this.#position = position;
  }

  /** Moves over `length` bytes. */
  skip(length: number): void {
    this.#take(length);
  }

  /** Returns the next `length` bytes; they share the memory of the reader's. */
  take(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.subarray(start, start + length);
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Reads 64 bits as a number. @throws LimitError above 2^53 - 1. */
  uint64(): number {
    return checkedNumber(this.bigUint64());
  }

  bigUint64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** Reads a base-128 varint of at most 64 bits. @throws MalformedError on a longer one. */
  bigVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.uint8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff_ffff_ffffn) break;
        return value;
      }
    }
    throw new MalformedError(`A varint before offset ${this.#position} exceeds 64 bits.`, {
      source: this.name,
      offset: this.#position,
    });
  }

  /** Reads a base-128 varint as a number. @throws LimitError above 2^53 - 1; MalformedError beyond 64 bits. */
  varint(): number {
    return checkedNumber(this.bigVarint());
  }

  #take(length: number): number {
    const start = this.#position;
    if (!(length >= 0 && length <= this.remaining)) {
      throw new TruncatedError(
        `${this.name} ends after ${this.remaining} of ${length} bytes needed at offset ${start}; the file is truncated or damaged.`,
        { source: this.name, offset: start },
      );
    }
    this.#position = start + length;
    return start;
  }
}
