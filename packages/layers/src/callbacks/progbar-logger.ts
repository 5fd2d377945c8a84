import type { Logs } from '../training/types.ts';
import { Callback, type PredictLogs } from './callback.ts';
import { defaultOutput, Progbar, type ProgressOutput } from './progbar.ts';

/** Arguments of `ProgbarLogger`. */
export interface ProgbarLoggerConfig {
  readonly output?: ProgressOutput;
  /** Steps are what is counted, as `fit` does in Keras. */
  readonly count_mode?: 'steps';
}

/** Shows the progress and the results of a run. */
export class ProgbarLogger extends Callback {
  readonly #output: ProgressOutput;
  #progbar: Progbar | null = null;
  #seen: number = 0;
  #training: boolean = false;

  constructor(config: ProgbarLoggerConfig = {}) {
    super();
    checkArguments(config);
    this.#output = config.output ?? defaultOutput();
  }

  #begin(): void {
    this.#seen = 0;
    const { steps, verbose } = this.params;
    this.#progbar = new Progbar({ target: steps, verbose, output: this.#output });
  }

  #batch(batch: number, logs: Logs): void {
    this.#seen = batch + 1;
    if (this.params.verbose > 0) this.#progbar?.update(this.#seen, logs);
  }

  #end(logs: Logs): void {
    if (this.#progbar === null || this.params.verbose === 0) return;
    this.#progbar.target ??= this.#seen;
    this.#progbar.update(this.#seen, logs, true);
    this.#progbar = null;
  }

  override on_train_begin(_logs: Logs): void {
    this.#training = true;
  }

  override on_train_end(_logs: Logs): void {
    this.#training = false;
  }

  override on_epoch_begin(epoch: number, _logs: Logs): void {
    this.#begin();
    const { verbose, epochs } = this.params;
    if (verbose > 0 && epochs > 1) this.#output.write(`Epoch ${epoch + 1}/${epochs}\n`);
  }

  override on_train_batch_end(batch: number, logs: Logs): void {
    this.#batch(batch, logs);
  }

  override on_epoch_end(_epoch: number, logs: Logs): void {
    this.#end(logs);
  }

  override on_test_begin(_logs: Logs): void {
    // The validation of a training shows with the results of its epoch.
    if (!this.#training) this.#begin();
  }

  override on_test_batch_end(batch: number, logs: Logs): void {
    if (!this.#training) this.#batch(batch, logs);
  }

  override on_test_end(logs: Logs): void {
    if (!this.#training) this.#end(logs);
  }

  override on_predict_begin(_logs: Logs): void {
    this.#begin();
  }

  override on_predict_batch_end(batch: number, _logs: PredictLogs): void {
    this.#batch(batch, {});
  }

  override on_predict_end(_logs: Logs): void {
    this.#end({});
  }
}

/** @throws RangeError that names an argument of Keras which has no meaning here. */
function checkArguments(config: object): void {
  const count: unknown = Reflect.get(config, 'count_mode') ?? 'steps';
  if (count !== 'steps') {
    throw new RangeError(`ProgbarLogger: count_mode is 'steps', not ${String(count)}.`);
  }
  if ((Reflect.get(config, 'stateful_metrics') ?? null) !== null) {
    throw new RangeError(
      'ProgbarLogger: shows all results as they are; leave out stateful_metrics.',
    );
  }
}
