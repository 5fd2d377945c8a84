/** What the `checkpoint` state file of a directory says; paths are relative to the directory or absolute. */
export interface CheckpointState {
  /** Newest checkpoint; empty when there is none. */
  readonly latest: string;
  /** Checkpoints that are kept, oldest first. */
  readonly all: readonly string[];
  /** When each of `all` was written, in seconds since 1970; empty unless a manager wrote them. */
  readonly timestamps: readonly number[];
  /** When the last checkpoint that is kept for ever was written, in seconds since 1970. */
  readonly lastPreserved?: number;
}
