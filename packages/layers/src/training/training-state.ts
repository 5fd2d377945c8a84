/** Where a training begins: the number of the first epoch and of the first batch in it. */
export interface TrainingStart {
  readonly epoch: number;
  readonly step: number;
}

/** What a callback knows of an interrupted training that `fit` goes on with. */
export interface TrainingState {
  /** Gives the start instead of `initial_epoch`; `steps` is the number of batches of an epoch, where known. */
  startOf(initial_epoch: number, steps: number | null): TrainingStart;
}
