import type { Tensors } from '../engine/types.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Logs } from '../training/types.ts';

/** What callbacks are told of a run. */
export interface CallbackParams {
  readonly verbose: number;
  readonly epochs: number;
  /** Batches of an epoch, or null when they are not known beforehand. */
  readonly steps: number | null;
}

/** What `on_predict_batch_end` gets; the tensors belong to the run. */
export interface PredictLogs {
  readonly outputs: Tensors;
}

/** A hook may return a promise; the run goes on when it has settled. */
export type HookResult = void | Promise<void>;

/** Base of the callbacks: hooks that `fit`, `evaluate` and `predict` call. */
export class Callback {
  /** The model of the run, set before the first hook. */
  model: Trainer | null = null;
  params: CallbackParams = { verbose: 0, epochs: 1, steps: null };

  set_model(model: Trainer): void {
    this.model = model;
  }

  set_params(params: CallbackParams): void {
    this.params = params;
  }

  /** The model of the run; throws a TypeError outside of one. */
  protected get running_model(): Trainer {
    if (this.model !== null) return this.model;
    throw new TypeError('The callback has no model: pass it to fit, evaluate or predict.');
  }

  on_batch_begin(_batch: number, _logs: Logs): HookResult {}
  on_batch_end(_batch: number, _logs: Logs): HookResult {}
  on_epoch_begin(_epoch: number, _logs: Logs): HookResult {}
  /** Called with the results of the epoch, those of the validation prefixed by `val_`; changes to them stay. */
  on_epoch_end(_epoch: number, _logs: Logs): HookResult {}

  on_train_batch_begin(batch: number, logs: Logs): HookResult {
    return this.on_batch_begin(batch, logs);
  }

  on_train_batch_end(batch: number, logs: Logs): HookResult {
    return this.on_batch_end(batch, logs);
  }

  on_test_batch_begin(_batch: number, _logs: Logs): HookResult {}
  on_test_batch_end(_batch: number, _logs: Logs): HookResult {}
  on_predict_batch_begin(_batch: number, _logs: Logs): HookResult {}
  on_predict_batch_end(_batch: number, _logs: PredictLogs): HookResult {}
  on_train_begin(_logs: Logs): HookResult {}
  on_train_end(_logs: Logs): HookResult {}
  on_test_begin(_logs: Logs): HookResult {}
  on_test_end(_logs: Logs): HookResult {}
  on_predict_begin(_logs: Logs): HookResult {}
  on_predict_end(_logs: Logs): HookResult {}
}
