import { CheckpointManager as Files } from '@km/checkpoint';
import type { ReadOptions, WriteOptions } from '@km/core';
import type { Variable } from '@km/layers';
import { type CheckpointPath, inDirectory, writablePlace } from '../paths/checkpoint-path.ts';
import type { Checkpoint } from './checkpoint.ts';

/** Arguments of `CheckpointManager` besides the checkpoint and the directory. */
export interface CheckpointManagerOptions {
  /** Checkpoints to keep, the newest ones; `null` keeps all. */
  readonly max_to_keep: number | null;
  /** Keeps one checkpoint of each such span for ever. */
  readonly keep_checkpoint_every_n_hours?: number | null;
  /** First part of the file names, `ckpt` unless given. */
  readonly checkpoint_name?: string;
  /** Counts the steps of the training; `checkpoint_interval` needs it. */
  readonly step_counter?: Variable | null;
  /** Steps that must pass from one save to the next. */
  readonly checkpoint_interval?: number | null;
  /** Called by `restore_or_initialize` when there is nothing to restore. */
  readonly init_fn?: (() => void | Promise<void>) | null;
}

/** Arguments of `CheckpointManager.save`. */
export interface ManagerSaveOptions extends WriteOptions {
  /** Number in the name of the file; the save counter unless given. */
  readonly checkpoint_number?: number | Variable | null;
  /** Whether `checkpoint_interval` is minded; true unless given. */
  readonly check_interval?: boolean;
}

/** Saves a checkpoint again and again in a directory, keeps the newest ones and knows which they are. */
export class CheckpointManager<Path extends CheckpointPath = CheckpointPath> {
  readonly checkpoint: Checkpoint;
  readonly directory: Path;
  readonly checkpoint_interval: number | null;
  readonly #files: Files;
  readonly #options: CheckpointManagerOptions;
  #last_step: number | null = null;

  private constructor(
    checkpoint: Checkpoint,
    directory: Path,
    options: CheckpointManagerOptions,
    files: Files,
  ) {
    this.checkpoint = checkpoint;
    this.directory = directory;
    this.checkpoint_interval = options.checkpoint_interval ?? null;
    this.#options = options;
    this.#files = files;
    if (this.checkpoint_interval !== null && (options.step_counter ?? null) === null) {
      throw new TypeError('`step_counter` should be passed if `checkpoint_interval` is not null.');
    }
  }

  /**
   * Opens a directory, which need not exist, and goes on with the checkpoints that its state file lists.
   * @throws RangeError when `max_to_keep` is not positive.
   */
  static async open<Path extends CheckpointPath>(
    checkpoint: Checkpoint,
    directory: Path,
    options: CheckpointManagerOptions,
    readOptions?: ReadOptions,
  ): Promise<CheckpointManager<Path>> {
    const { keep_checkpoint_every_n_hours: hours, checkpoint_name } = options;
    const files = await Files.open(
      writablePlace(directory),
      {
        maxToKeep: options.max_to_keep ?? undefined,
        ...(hours === undefined || hours === null ? {} : { keepEveryHours: hours }),
        ...(checkpoint_name === undefined ? {} : { name: checkpoint_name }),
      },
      readOptions,
    );
    return new CheckpointManager(checkpoint, directory, options, files);
  }

  /** Path of the newest checkpoint; null when there is none. `Checkpoint.restore` takes it. */
  get latest_checkpoint(): Path | null {
    const { latest } = this.#files;
    return latest === undefined ? null : this.#pathOf(latest);
  }

  /** Paths of the checkpoints that are kept, oldest first. */
  get checkpoints(): readonly Path[] {
    return this.#files.checkpoints.map((prefix) => this.#pathOf(prefix));
  }

  #pathOf(prefix: string): Path {
    return inDirectory(this.directory, prefix.slice(prefix.lastIndexOf('/') + 1));
  }

  /**
   * Writes a checkpoint, counts up its `save_counter`, and removes the oldest beyond `max_to_keep`.
   * Resolves to its path, or to null when `checkpoint_interval` says that it is too early.
   */
  async save(options: ManagerSaveOptions = {}): Promise<Path | null> {
    const { checkpoint_number = null, check_interval = true, ...writeOptions } = options;
    const step = this.#step();
    if (check_interval && !this.#isDue(step)) return null;
    const counter = this.checkpoint.save_counter.assign_add(1);
    const number = numberOf(checkpoint_number ?? counter);
    const prefix = this.#files.prefixOf(number);
    const path = this.#pathOf(prefix);
    await this.checkpoint.write(path, writeOptions);
    await this.#files.record(prefix, writeOptions);
    this.#last_step = step;
    return path;
  }

  #step(): number | null {
    const counter = this.#options.step_counter ?? null;
    return counter === null ? null : numberOf(counter);
  }

  #isDue(step: number | null): boolean {
    const interval = this.checkpoint_interval;
    if (interval === null || step === null || this.#last_step === null) return true;
    return step - this.#last_step >= interval;
  }

  /**
   * Restores the newest checkpoint and resolves to its path; without one it calls `init_fn`, if given, and resolves to
   * null.
   */
  async restore_or_initialize(options?: ReadOptions): Promise<Path | null> {
    const latest = this.latest_checkpoint;
    if (latest !== null) {
      await this.checkpoint.restore(latest, options);
      this.#last_step = this.#step();
      return latest;
    }
    await this.#options.init_fn?.();
    return null;
  }
}

function numberOf(value: number | Variable): number {
  return typeof value === 'number' ? value : (value.values()[0] as number);
}
