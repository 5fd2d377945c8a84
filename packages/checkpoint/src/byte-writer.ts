/** Collects bytes in memory that grows as needed. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  bytes(value: Uint8Array): this {
    const start = this.#reserve(value.length);
    this.#bytes.set(value, start);
    return this;
  }

  uint8(value: number): this {
    const start = this.#reserve(1);
    this.#bytes[start] = value;
    return this;
  }

  uint32(value: number): this {
    const start = this.#reserve(4);
    new DataView(this.#bytes.buffer).setUint32(start, value, true);
    return this;
  }

  bigUint64(value: bigint): this {
    const start = this.#reserve(8);
    new DataView(this.#bytes.buffer).setBigUint64(start, value, true);
    return this;
  }

  /** Writes a safe non-negative integer as a base-128 varint. */
  varint(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.uint8((rest % 128) | 128);
    return this.uint8(rest);
  }

  /** Returns what was written; it shares the memory of the writer. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): number {
    const start = this.#length;
    const end = start + count;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.finish());
      this.#bytes = grown;
    }
    this.#length = end;
    return start;
  }
}
