import type { Batch } from './types.ts';

/** A batch whose tensors are freed by `dispose`, when they are not the caller's. */
export interface OwnedBatch {
  readonly tensors: Batch;
  dispose(): void;
}

/** Where the batches of a training come from. */
export interface DataSource {
  /** Batches of an epoch, when known beforehand. */
  readonly steps: number | null;
  /** Whether each epoch starts anew; otherwise it goes on where the last one stopped. */
  readonly restarts: boolean;
  /** Starts handing out batches. */
  batches(): AsyncIterator<OwnedBatch>;
  /** Hears of the end of each epoch. */
  epochEnd?(): void | Promise<void>;
}
