import type { Trainer } from '../training/trainer.ts';
import type { Logs } from '../training/types.ts';
import type { Callback, CallbackParams, HookResult, PredictLogs } from './callback.ts';
import { History } from './history.ts';
import { ProgbarLogger } from './progbar-logger.ts';

/** What a run is given as callbacks: one, several, or a list that is ready. */
export type CallbacksArgument = Callback | readonly Callback[] | CallbackList | null | undefined;

/** How a list of callbacks is made. */
export interface CallbackListOptions {
  readonly add_history?: boolean;
  readonly add_progbar?: boolean;
  readonly model: Trainer;
  readonly params: CallbackParams;
}

/** @throws TypeError for what is no callback; those of another copy of this package are some. */
function checkCallback(callback: unknown): void {
  const isCallback = typeof callback === 'object' && callback !== null && 'set_model' in callback;
  if (isCallback) return;
  throw new TypeError(
    'A callback extends callbacks.Callback; make one of functions with new callbacks.LambdaCallback({ on_epoch_end: … }).',
  );
}

/** A list of callbacks whose hooks are called in order, each waited for. */
export class CallbackList {
  readonly callbacks: readonly Callback[];
  /** The callback that records the results, when there is one. */
  readonly history: History | null;

  constructor(given: Callback | readonly Callback[] | null, options: CallbackListOptions) {
    const callbacks: Callback[] =
      given === null ? [] : Array.isArray(given) ? [...given] : [given as Callback];
    for (const callback of callbacks) checkCallback(callback);
    const has = (type: typeof Callback): boolean => callbacks.some((c) => c instanceof type);
    if (options.add_progbar === true && !has(ProgbarLogger)) callbacks.push(new ProgbarLogger());
    if (options.add_history === true && !has(History)) callbacks.push(new History());
    this.callbacks = callbacks;
    this.history = callbacks.find((callback) => callback instanceof History) ?? null;
    for (const callback of callbacks) {
      callback.set_params(options.params);
      callback.set_model(options.model);
    }
  }

  async #each(run: (callback: Callback) => HookResult): Promise<void> {
    for (const callback of this.callbacks) await run(callback);
  }

  on_epoch_begin(epoch: number, logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_epoch_begin(epoch, logs));
  }

  on_epoch_end(epoch: number, logs: Logs): Promise<void> {
    return this.#each((callback) => callback.on_epoch_end(epoch, logs));
  }

  on_train_batch_begin(batch: number, logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_train_batch_begin(batch, logs));
  }

  on_train_batch_end(batch: number, logs: Logs): Promise<void> {
    return this.#each((callback) => callback.on_train_batch_end(batch, logs));
  }

  on_test_batch_begin(batch: number, logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_test_batch_begin(batch, logs));
  }

  on_test_batch_end(batch: number, logs: Logs): Promise<void> {
    return this.#each((callback) => callback.on_test_batch_end(batch, logs));
  }

  on_predict_batch_begin(batch: number, logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_predict_batch_begin(batch, logs));
  }

  on_predict_batch_end(batch: number, logs: PredictLogs): Promise<void> {
    return this.#each((callback) => callback.on_predict_batch_end(batch, logs));
  }

  on_train_begin(logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_train_begin(logs));
  }

  on_train_end(logs: Logs): Promise<void> {
    return this.#each((callback) => callback.on_train_end(logs));
  }

  on_test_begin(logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_test_begin(logs));
  }

  on_test_end(logs: Logs): Promise<void> {
    return this.#each((callback) => callback.on_test_end(logs));
  }

  on_predict_begin(logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_predict_begin(logs));
  }

  on_predict_end(logs: Logs = {}): Promise<void> {
    return this.#each((callback) => callback.on_predict_end(logs));
  }
}
