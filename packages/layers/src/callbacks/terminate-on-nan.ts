import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';

/** Stops a training when its loss is NaN or infinite. */
export class TerminateOnNaN extends Callback {
  override on_batch_end(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (typeof loss !== 'number' || Number.isFinite(loss)) return;
    console.log(`Batch ${batch}: Invalid loss, terminating training`);
    this.running_model.stop_training = true;
  }
}
