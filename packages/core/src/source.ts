/** How far an operation has come. */
export interface Progress {
  /** What is being done, for people: `reading variables`. */
  readonly stage: string;
  /** Bytes done. */
  readonly done: number;
  /** Bytes in all, when known. */
  readonly total?: number;
}

/** Options of an operation that may touch disk or network. */
export interface ReadOptions {
  /** Cancels the operation. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of the progress. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of a write. */
export interface WriteOptions extends ReadOptions {
  /** Total length in bytes, when known; stores that must announce it require it. */
  readonly byteLength?: number | undefined;
}

/** Random-access, read-only bytes: a local file, a `Blob`, an HTTP resource, a zip entry. */
export interface ByteSource {
  /** Path, URL or key of the bytes, for messages. */
  readonly name: string;
  /** Total length, in bytes. */
  readonly byteLength: number;
  /**
   * Reads bytes `[start, end)`; the result holds exactly `end - start` bytes and is not changed by its reader.
   * @throws TruncatedError when the source ends before `end`.
   */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * Fills `target` with the bytes from `start` on; there only where it saves a copy. When progress is reported, the
   * first `done` bytes are there.
   * @throws TruncatedError when the source ends before `target` is full.
   */
  readInto?(target: Uint8Array, start: number, options?: ReadOptions): Promise<void>;
}

/** Bytes handed over in order. */
export type ByteChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
