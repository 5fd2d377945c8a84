import { setImmediate } from 'node:timers/promises';
import type { Progress } from '@km/core';
import type { callbacks } from '@km/layers';
import { formatNumber } from '../text/format.ts';

/** What a run is watched with. */
export interface WatchOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const BREATHE_AFTER_MS = 100;

type Logs = Readonly<Record<string, unknown>>;

/** Makes a callback that reports progress, and ends the run when the signal is aborted. */
export async function watchRun(options: WatchOptions): Promise<callbacks.Callback> {
  const { callbacks: library } = await import('@km/layers');
  class Watch extends library.Callback {
    #epoch = 0;
    #breathed = Date.now();
    #isTraining = false;

    override on_train_begin(): void {
      this.#isTraining = true;
    }

    override on_epoch_begin(epoch: number): void {
      this.#epoch = epoch;
    }

    override on_train_batch_end(batch: number, logs: Logs): Promise<void> {
      const { epochs, steps } = this.params;
      const stage = `epoch ${this.#epoch + 1}/${epochs} ${logsText(logs)}`;
      return this.#advance(stage, this.#epoch * (steps ?? 0) + batch + 1, epochs);
    }

    override on_test_batch_end(batch: number): Promise<void> {
      // The validation of a training has steps of its own, which no one knows.
      if (this.#isTraining) return this.#breathe();
      return this.#advance('evaluating', batch + 1, 1);
    }

    override on_predict_batch_end(batch: number): Promise<void> {
      return this.#advance('predicting', batch + 1, 1);
    }

    async #advance(stage: string, done: number, epochs: number): Promise<void> {
      await this.#breathe();
      const { steps } = this.params;
      options.onProgress?.(
        steps === null ? { stage, done } : { stage, done, total: steps * epochs },
      );
    }

    /** Steps are computed without a pause, and a signal arrives only in one. */
    async #breathe(): Promise<void> {
      if (Date.now() - this.#breathed >= BREATHE_AFTER_MS) {
        await setImmediate();
        this.#breathed = Date.now();
      }
      options.signal?.throwIfAborted();
    }
  }
  return new Watch();
}

function logsText(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value) : ''}`)
    .join(' ');
}
