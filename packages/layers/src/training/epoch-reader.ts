import type * as tf from '@tensorflow/tfjs-core';
import { type ClassWeight, weighClasses } from './class-weight.ts';
import type { DataSource } from './data-source.ts';
import { breathe } from './run.ts';
import type { Batch } from './types.ts';

/** Hands over batches to a function that takes steps, as `make_train_function` makes it. */
export interface BatchReader {
  /** Number of steps that a call of the function takes. */
  readonly steps: number;
  /** Resolves to the next batch, whose tensors are freed after the call; rejects when there is none, which ends the epoch. */
  next(): Promise<Batch>;
}

/** Takes steps on the next batches; resolves to the result of the last one. */
export type StepFunction<R> = (reader: BatchReader) => Promise<R>;

/** What is done with the batches of an epoch. */
export interface EpochSteps<R> {
  begin(step: number): Promise<void>;
  readonly take: StepFunction<R>;
  /** Gets the number of the last step that was taken, and its result. */
  end(step: number, result: R): Promise<void>;
  /** True to leave the other batches. */
  stopped?(): boolean;
}

/** How batches are read. */
export interface EpochOptions {
  /** Batches of an epoch; null for all that there are. */
  readonly steps: number | null;
  /** Steps that are taken at once. */
  readonly at_once?: number;
  readonly class_weight?: ClassWeight | null;
}

class EndOfData extends Error {}

/** Reads the batches of epochs, each from the start or where the last one stopped, as `tf.keras` does. */
export class EpochReader {
  readonly #source: DataSource;
  readonly #at_once: number;
  readonly #class_weight: ClassWeight | null;
  #steps: number | null;
  #iterator: ReturnType<DataSource['batches']> | null = null;
  #exhausted: boolean = false;

  /** @throws RangeError for several steps at once when their number is not known. */
  constructor(source: DataSource, options: EpochOptions) {
    this.#source = source;
    this.#steps = options.steps ?? source.steps;
    this.#at_once = options.at_once ?? 1;
    this.#class_weight = options.class_weight ?? null;
    if (this.#at_once > 1 && this.#steps === null) {
      throw new RangeError(
        'Could not infer the size of the data. With `steps_per_execution > 1`, you must specify the number of steps to run.',
      );
    }
  }

  /** Batches of an epoch; null when only the data will tell. */
  get steps(): number | null {
    return this.#steps;
  }

  /** True when data ran out within an epoch of a known number of steps. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Lets the next epoch begin at the first batch. */
  restart(): void {
    this.#iterator = null;
    this.#exhausted = false;
  }

  /**
   * Reads an epoch whose steps count from `first`. As in `tf.keras`, it reads from the first batch of the data on; where
   * their number is not known, which `tf.keras` refuses, it leaves out the batches before `first`.
   */
  async epoch<R>(steps: EpochSteps<R>, first = 0): Promise<void> {
    if (this.#source.restarts || this.#iterator === null) this.#iterator = this.#source.batches();
    let step = first;
    try {
      const skipped = this.#steps === null ? first : 0;
      for (let k = 0; k < skipped; k += 1) await this.#call(1, (reader) => reader.next());
      while (this.#steps === null || step < this.#steps) {
        const count = Math.min(this.#at_once, (this.#steps ?? Number.POSITIVE_INFINITY) - step);
        await steps.begin(step);
        const result = await this.#call(count, steps.take);
        step += count;
        await steps.end(step - 1, result);
        if (steps.stopped?.() === true) return;
        await breathe();
      }
    } catch (error) {
      if (!(error instanceof EndOfData)) throw error;
      this.#end(step);
    }
    await this.#source.epochEnd?.();
  }

  #end(step: number): void {
    if (this.#steps === null) {
      this.#steps = step;
      return;
    }
    this.#exhausted = true;
    console.warn(
      `Your input ran out of data; interrupting. Make sure that your dataset or generator can generate enough batches: an epoch has ${this.#steps} steps, there were ${step} batches left.`,
    );
  }

  /** Calls a function that takes batches, and frees them. */
  async #call<R>(steps: number, take: StepFunction<R>): Promise<R> {
    const held: (() => void)[] = [];
    const next = async (): Promise<Batch> => {
      const found = await this.#iterator?.next();
      if (found === undefined || found.done === true) throw new EndOfData('no more batches');
      const { tensors } = found.value;
      held.push(() => found.value.dispose());
      if (this.#class_weight === null) return tensors;
      const weighed = weighClasses(tensors, this.#class_weight);
      held.push(() => (weighed[2] as tf.Tensor).dispose());
      return weighed;
    };
    try {
      return await take({ steps, next });
    } finally {
      for (const free of held) free();
    }
  }

  /** Tells the source that no more batches are wanted. */
  async close(): Promise<void> {
    await this.#iterator?.return?.();
  }
}
