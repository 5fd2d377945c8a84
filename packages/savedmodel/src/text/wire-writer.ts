/** Collects fields in protobuf's wire format. */
export class WireWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** Adds a varint field. */
  varint(field: number, value: bigint): void {
    this.#add([...varintBytes(BigInt(field) << 3n), ...varintBytes(BigInt.asUintN(64, value))]);
  }

  /** Adds a field of four bytes, a float. */
  float(field: number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#add([...varintBytes((BigInt(field) << 3n) | 5n), ...bytes]);
  }

  /** Adds a field of eight bytes, a double. */
  double(field: number, value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#add([...varintBytes((BigInt(field) << 3n) | 1n), ...bytes]);
  }

  /** Adds a field of bytes: a string, or a message. */
  bytes(field: number, value: Uint8Array): void {
    this.#add([...varintBytes((BigInt(field) << 3n) | 2n), ...varintBytes(BigInt(value.length))]);
    this.#push(value);
  }

  /** All fields. */
  finish(): Uint8Array {
    const result = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, offset);
      offset += chunk.length;
    }
    return result;
  }

  #add(bytes: readonly number[]): void {
    this.#push(Uint8Array.from(bytes));
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}

function varintBytes(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
