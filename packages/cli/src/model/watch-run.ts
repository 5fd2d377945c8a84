import type { Progress } from '@km/core';
import type { callbacks } from '@km/layers';
import { formatNumber } from '../text/format.ts';

/** What a run is watched with. */
export interface WatchOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

type Logs = Readonly<Record<string, unknown>>;

/** Makes a callback that reports progress, and ends the run when the signal is aborted. */
export async function watchRun(options: WatchOptions): Promise<callbacks.Callback> {
  const { callbacks: library } = await import('@km/layers');
  class Watch extends library.Callback {
    #epoch = 0;

    override on_epoch_begin(epoch: number): void {
      this.#epoch = epoch;
    }

    override on_train_batch_end(batch: number, logs: Logs): void {
      const { epochs, steps } = this.params;
      const stage = `epoch ${this.#epoch + 1}/${epochs} ${logsText(logs)}`;
      this.#advance(stage, this.#epoch * (steps ?? 0) + batch + 1, epochs);
    }

    override on_test_batch_end(batch: number): void {
      // In a training this is the validation, which the bar of the training stands for.
      if (this.params.epochs === 1) this.#advance('evaluating', batch + 1, 1);
      else options.signal?.throwIfAborted();
    }

    override on_predict_batch_end(batch: number): void {
      this.#advance('predicting', batch + 1, 1);
    }

    #advance(stage: string, done: number, epochs: number): void {
      options.signal?.throwIfAborted();
      const { steps } = this.params;
      options.onProgress?.(
        steps === null ? { stage, done } : { stage, done, total: steps * epochs },
      );
    }
  }
  return new Watch();
}

function logsText(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value) : ''}`)
    .join(' ');
}
