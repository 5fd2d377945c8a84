import { UnsupportedError } from '@km/core';
import { callbacks, type Logs, type TrainingStart, type TrainingState, Variable } from '@km/layers';
import { checkConfig } from '../arguments.ts';
import { type CheckpointPath, inDirectory, writablePlace } from '../paths/checkpoint-path.ts';
import { Checkpoint } from '../train/checkpoint.ts';
import { CheckpointManager } from '../train/checkpoint-manager.ts';

/** Arguments of `BackupAndRestore`. */
export interface BackupAndRestoreConfig {
  /** Directory of the backup; no other training may use it. */
  readonly backup_dir: CheckpointPath;
  /** `epoch`, or the number of batches after which to back up. */
  readonly save_freq?: 'epoch' | number;
  /** Whether a training that ends well removes its backup. */
  readonly delete_checkpoint?: boolean;
  /** Only false: nothing announces that a process is going to be taken away. */
  readonly save_before_preemption?: false;
}

const ARGUMENTS: Readonly<Record<keyof BackupAndRestoreConfig, true>> = {
  backup_dir: true,
  save_freq: true,
  delete_checkpoint: true,
  save_before_preemption: true,
};

/** Stands for an epoch or a batch that has not been saved. */
const UNUSED = -1n;

function counter(name: string, value: bigint): Variable {
  const data = BigInt64Array.of(value);
  return new Variable({ dtype: 'int64', shape: [], data }, { name, trainable: false });
}

/** The objects of a backup. */
interface Backup {
  readonly manager: CheckpointManager;
  readonly epoch: Variable;
  readonly batch: Variable;
  readonly trained: Variable;
}

/**
 * Backs up a training, and lets `fit` go on with one that was interrupted: with the same model, callbacks and data it
 * continues behind the last epoch, or the last batch, that was backed up. Within an epoch it counts on, and reads the data
 * from their start. TensorFlow reads and writes the same files.
 */
export class BackupAndRestore extends callbacks.Callback implements TrainingState {
  readonly backup_dir: CheckpointPath;
  readonly save_freq: 'epoch' | number;
  readonly delete_checkpoint: boolean;
  #backup: Backup | null = null;
  #batches: number = 0;

  /** @throws UnsupportedError with `save_before_preemption`. */
  constructor(config: BackupAndRestoreConfig) {
    super();
    checkConfig('BackupAndRestore', config, ARGUMENTS);
    this.backup_dir = config.backup_dir;
    this.save_freq = config.save_freq === undefined ? 'epoch' : config.save_freq;
    this.delete_checkpoint = config.delete_checkpoint ?? true;
    if (config.save_before_preemption) {
      throw new UnsupportedError(
        'BackupAndRestore: save_before_preemption is not supported: no cluster tells of preemptions. Use save_freq.',
      );
    }
    const { save_freq } = this;
    if (save_freq !== 'epoch' && !(Number.isInteger(save_freq) && save_freq > 0)) {
      throw new RangeError(`save_freq is 'epoch' or a number of batches, not ${save_freq}.`);
    }
  }

  get #directory(): CheckpointPath {
    return inDirectory(this.backup_dir, 'chief');
  }

  override async on_train_begin(_logs: Logs): Promise<void> {
    const model = this.running_model;
    const epoch = counter('ckpt_saved_epoch', UNUSED);
    const batch = counter('ckpt_saved_batch', UNUSED);
    const trained = counter('train_counter', BigInt(model._train_counter));
    const checkpoint = new Checkpoint({
      model,
      ckpt_saved_epoch: epoch,
      ckpt_saved_batch: batch,
      train_counter: trained,
    });
    const manager = await CheckpointManager.open(checkpoint, this.#directory, { max_to_keep: 1 });
    this.#backup = { manager, epoch, batch, trained };
    await manager.restore_or_initialize();
    model._train_counter = numberOf(trained);
    model._training_state = this;
  }

  startOf(initial_epoch: number, steps: number | null): TrainingStart {
    const epoch = numberOf(this.#backup?.epoch);
    const batch = numberOf(this.#backup?.batch);
    if (this.save_freq === 'epoch')
      return { epoch: epoch < 0 ? initial_epoch : epoch + 1, step: 0 };
    if (batch < 0) return { epoch: initial_epoch, step: 0 };
    const isLast = steps !== null && batch === steps - 1;
    return isLast ? { epoch: epoch + 1, step: 0 } : { epoch, step: batch + 1 };
  }

  override on_epoch_begin(epoch: number, _logs: Logs): void {
    this.#backup?.epoch.assign(epoch);
  }

  /** Notes the first of the steps that are taken at once: TensorFlow goes on behind it. */
  override on_train_batch_begin(batch: number, _logs: Logs): void {
    this.#backup?.batch.assign(batch);
  }

  override async on_train_batch_end(_batch: number, _logs: Logs): Promise<void> {
    if (this.save_freq === 'epoch') return;
    this.#batches += 1;
    if (this.#batches % this.save_freq === 0) await this.#save();
  }

  override async on_epoch_end(_epoch: number, _logs: Logs): Promise<void> {
    if (this.save_freq === 'epoch') await this.#save();
  }

  async #save(): Promise<void> {
    if (this.#backup === null) return;
    this.#backup.trained.assign(this.running_model._train_counter);
    await this.#backup.manager.save();
  }

  override async on_train_end(_logs: Logs): Promise<void> {
    this.running_model._training_state = null;
    this.#backup = null;
    if (!this.delete_checkpoint) return;
    const { store, path } = writablePlace(this.#directory);
    const keys: string[] = [];
    for await (const key of store.list?.(`${path}/`) ?? []) keys.push(key);
    for (const key of keys) await store.delete?.(key);
  }
}

function numberOf(variable: Variable | undefined): number {
  return Number(variable?.values()[0] ?? UNUSED);
}
