import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';

/** Records the results of each epoch; `fit` resolves to it. */
export class History extends Callback {
  /** Results by name, one entry for each epoch; the results of a metric that gives several numbers are lists. */
  history: Record<string, number[]> = {};
  /** Numbers of the epochs, counted from 0. */
  epoch: number[] = [];

  override on_train_begin(_logs: Logs): void {
    this.epoch = [];
  }

  override on_epoch_end(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      const known = Object.hasOwn(this.history, name) ? this.history[name] : undefined;
      if (known !== undefined) known.push(value as number);
      else {
        Object.defineProperty(this.history, name, {
          value: [value],
          enumerable: true,
          writable: true,
          configurable: true,
        });
      }
    }
  }
}
