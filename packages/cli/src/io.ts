/** Where a command writes text. */
export interface CliStream {
  write(text: string): unknown;
  /** True for a terminal. */
  readonly isTTY?: boolean | undefined;
  /** Width of a terminal, in characters. */
  readonly columns?: number | undefined;
}

/** What a command has of the world besides the disk. */
export interface CliIo {
  /** Results. */
  readonly stdout: CliStream;
  /** Errors, warnings and progress. */
  readonly stderr: CliStream;
  /** What the argument `-` reads; empty when left out. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Cancels what is running. */
  readonly signal?: AbortSignal | undefined;
}
