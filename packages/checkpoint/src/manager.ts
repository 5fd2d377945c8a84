import type { ReadOptions, Store } from '@km/core';
import { indexKey, joinKey } from './file-names.ts';
import {
  type CheckpointDirectory,
  prefixOfState,
  readState,
  writeState,
} from './latest-checkpoint.ts';
import { removeShards } from './shard-files.ts';

/** What a manager keeps and how it names it; as the arguments of `tf.train.CheckpointManager`. */
export interface CheckpointManagerOptions {
  /** First part of the names, before `-` and a number; `ckpt` unless set. */
  readonly name?: string;
  /** Checkpoints to keep; all when `undefined`. */
  readonly maxToKeep: number | undefined;
  /** Keeps one checkpoint of each such span for ever. */
  readonly keepEveryHours?: number;
  /** Clock, in seconds since 1970. */
  readonly now?: () => number;
}

/** Looks after the checkpoints of a directory: names them, records them in the state file, removes old ones. */
export class CheckpointManager {
  /** Store of the checkpoints. */
  readonly store: Store;
  readonly #directory: string;
  readonly #base: string;
  readonly #options: CheckpointManagerOptions;
  readonly #kept = new Map<string, number>();
  #latest: string | undefined;
  #lastPreserved: number;

  private constructor(
    { store, path }: CheckpointDirectory<Store>,
    options: CheckpointManagerOptions,
    lastPreserved: number,
  ) {
    this.store = store;
    this.#options = options;
    this.#directory = path;
    this.#base = joinKey(this.#directory, options.name ?? 'ckpt');
    this.#lastPreserved = lastPreserved;
  }

  /**
   * Opens a directory, continuing what its state file says.
   * @throws RangeError when `maxToKeep` is not positive.
   */
  static async open(
    location: CheckpointDirectory<Store>,
    options: CheckpointManagerOptions,
    readOptions?: ReadOptions,
  ): Promise<CheckpointManager> {
    const { maxToKeep, now = systemClock } = options;
    if (maxToKeep !== undefined && !(maxToKeep > 0))
      throw new RangeError(`A manager keeps at least one checkpoint, not ${maxToKeep}.`);
    const time = now();
    const state = await readState(location, readOptions);
    // A second back, so that a checkpoint written at once is newer.
    if (state === undefined) return new CheckpointManager(location, options, time - 1);
    const lastPreserved = Math.min(time, state.lastPreserved ?? 0);
    const manager = new CheckpointManager(location, options, lastPreserved);
    manager.#latest = prefixOfState(location.path, state.latest);
    for (const [index, path] of state.all.entries()) {
      const prefix = prefixOfState(location.path, path);
      const written = Math.min(time, state.timestamps[index] ?? lastPreserved);
      if (prefix !== undefined && written > lastPreserved) manager.#kept.set(prefix, written);
    }
    return manager;
  }

  /** Prefix of the newest checkpoint. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** Prefixes of the checkpoints that may be removed one day, oldest first. */
  get checkpoints(): readonly string[] {
    return [...this.#kept.keys()];
  }

  /** Prefix of the checkpoint of a number. */
  prefixOf(number: number): string {
    return `${this.#base}-${String(number)}`;
  }

  /** Records a checkpoint that was just written, in the state file, and removes those that are too many. */
  async record(prefix: string, options?: ReadOptions): Promise<void> {
    const { now = systemClock } = this.#options;
    this.#kept.delete(prefix);
    this.#kept.set(prefix, now());
    this.#latest = prefix;
    await this.#writeState(options);
    const { maxToKeep } = this.#options;
    if (maxToKeep === undefined || this.#kept.size <= maxToKeep) return;
    await this.#sweep(maxToKeep, options);
    await this.#writeState(options);
  }

  async #sweep(maxToKeep: number, options: ReadOptions | undefined): Promise<void> {
    const { keepEveryHours } = this.#options;
    for (const [prefix, written] of this.#kept) {
      if (this.#kept.size <= maxToKeep) return;
      this.#kept.delete(prefix);
      const span = keepEveryHours === undefined ? undefined : keepEveryHours * 3600;
      if (span !== undefined && span > 0 && written - span >= this.#lastPreserved) {
        this.#lastPreserved = written;
        continue;
      }
      await this.store.delete?.(indexKey(prefix), options);
      await removeShards(this.store, prefix, undefined, options ?? {});
    }
  }

  async #writeState(options: ReadOptions | undefined): Promise<void> {
    const relative = (prefix: string): string =>
      this.#directory === '' ? prefix : prefix.slice(this.#directory.length + 1);
    const state = {
      latest: relative(this.#latest ?? ''),
      all: this.checkpoints.map(relative),
      timestamps: [...this.#kept.values()],
      lastPreserved: this.#lastPreserved,
    };
    await writeState({ store: this.store, path: this.#directory }, state, options);
  }
}

function systemClock(): number {
  return Date.now() / 1000;
}
