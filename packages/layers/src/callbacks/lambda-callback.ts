import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
import type { Logs } from '../training/types.ts';
import { Callback, type HookResult, type PredictLogs } from './callback.ts';

type EpochHook = (epoch: number, logs: Logs) => HookResult;
type RunHook = (logs: Logs) => HookResult;

/** Hooks of `LambdaCallback`. */
export interface LambdaCallbackConfig {
  readonly on_epoch_begin?: EpochHook | null;
  readonly on_epoch_end?: EpochHook | null;
  readonly on_batch_begin?: EpochHook | null;
  readonly on_batch_end?: EpochHook | null;
  readonly on_train_batch_begin?: EpochHook | null;
  readonly on_train_batch_end?: EpochHook | null;
  readonly on_train_begin?: RunHook | null;
  readonly on_train_end?: RunHook | null;
  readonly on_test_begin?: RunHook | null;
  readonly on_test_end?: RunHook | null;
  readonly on_test_batch_begin?: EpochHook | null;
  readonly on_test_batch_end?: EpochHook | null;
  readonly on_predict_begin?: RunHook | null;
  readonly on_predict_end?: RunHook | null;
  readonly on_predict_batch_begin?: EpochHook | null;
  readonly on_predict_batch_end?: ((batch: number, logs: PredictLogs) => HookResult) | null;
}

const HOOKS: ArgumentNames<LambdaCallbackConfig> = {
  on_epoch_begin: true,
  on_epoch_end: true,
  on_batch_begin: true,
  on_batch_end: true,
  on_train_begin: true,
  on_train_end: true,
  on_train_batch_begin: true,
  on_train_batch_end: true,
  on_test_begin: true,
  on_test_end: true,
  on_test_batch_begin: true,
  on_test_batch_end: true,
  on_predict_begin: true,
  on_predict_end: true,
  on_predict_batch_begin: true,
  on_predict_batch_end: true,
};

/** Calls functions as hooks. */
export class LambdaCallback extends Callback {
  readonly #hooks: LambdaCallbackConfig;

  constructor(hooks: LambdaCallbackConfig) {
    super();
    checkKnown('LambdaCallback', hooks, HOOKS);
    this.#hooks = hooks;
  }

  override on_epoch_begin(epoch: number, logs: Logs): HookResult {
    return this.#hooks.on_epoch_begin?.(epoch, logs);
  }

  override on_epoch_end(epoch: number, logs: Logs): HookResult {
    return this.#hooks.on_epoch_end?.(epoch, logs);
  }

  override on_batch_begin(batch: number, logs: Logs): HookResult {
    return this.#hooks.on_batch_begin?.(batch, logs);
  }

  override on_batch_end(batch: number, logs: Logs): HookResult {
    return this.#hooks.on_batch_end?.(batch, logs);
  }

  override on_train_batch_begin(batch: number, logs: Logs): HookResult {
    const hook = this.#hooks.on_train_batch_begin;
    return hook ? hook(batch, logs) : super.on_train_batch_begin(batch, logs);
  }

  override on_train_batch_end(batch: number, logs: Logs): HookResult {
    const hook = this.#hooks.on_train_batch_end;
    return hook ? hook(batch, logs) : super.on_train_batch_end(batch, logs);
  }

  override on_train_begin(logs: Logs): HookResult {
    return this.#hooks.on_train_begin?.(logs);
  }

  override on_train_end(logs: Logs): HookResult {
    return this.#hooks.on_train_end?.(logs);
  }

  override on_test_begin(logs: Logs): HookResult {
    return this.#hooks.on_test_begin?.(logs);
  }

  override on_test_end(logs: Logs): HookResult {
    return this.#hooks.on_test_end?.(logs);
  }

  override on_test_batch_begin(batch: number, logs: Logs): HookResult {
    return this.#hooks.on_test_batch_begin?.(batch, logs);
  }

  override on_test_batch_end(batch: number, logs: Logs): HookResult {
    return this.#hooks.on_test_batch_end?.(batch, logs);
  }

  override on_predict_batch_begin(batch: number, logs: Logs): HookResult {
    return this.#hooks.on_predict_batch_begin?.(batch, logs);
  }

  override on_predict_batch_end(batch: number, logs: PredictLogs): HookResult {
    return this.#hooks.on_predict_batch_end?.(batch, logs);
  }

  override on_predict_begin(logs: Logs): HookResult {
    return this.#hooks.on_predict_begin?.(logs);
  }

  override on_predict_end(logs: Logs): HookResult {
    return this.#hooks.on_predict_end?.(logs);
  }
}
