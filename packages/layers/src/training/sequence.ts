import type { BatchData } from './iterable-source.ts';

/** Data whose batches are reached by number, `keras.utils.Sequence` with its method names. */
export abstract class Sequence {
  /** Number of batches of an epoch. */
  abstract __len__(): number;
  /** Gives the batch of a number: inputs, labels and weights. */
  abstract __getitem__(index: number): BatchData | Promise<BatchData>;
  /** Called after each epoch, to change the data for the next one. */
  on_epoch_end(): void | Promise<void> {}
}
