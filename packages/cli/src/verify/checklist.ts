import { isKmError, type LazyTensor, messageOf, type ReadOptions, type Tensor } from '@km/core';
import { nonFiniteCount } from './non-finite.ts';

/** Outcome of one check; a warning is worth knowing and no damage. */
export interface Check {
  /** What is checked: `tensors`, `structure`, … */
  readonly group: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'warning';
  readonly detail?: string;
}

/** Collects the outcomes of checks; a check that throws a `KmError` has failed, and the next one is run. */
export class Checklist {
  readonly checks: Check[] = [];
  readonly #read: ReadOptions;
  #done = 0;
  #total = 0;

  /** Cancels between two checks and hears how many bytes have been read. */
  constructor(read: ReadOptions) {
    this.#read = read;
  }

  /** Options for reads; their own progress is not reported, as the list reports the whole. */
  get read(): ReadOptions {
    return { signal: this.#read.signal };
  }

  /** Notes what is right or wrong: nothing or text that says what is wrong. */
  note(group: string, name: string, problem: string | undefined): void {
    this.checks.push(
      problem === undefined
        ? { group, name, status: 'passed' }
        : { group, name, status: 'failed', detail: problem },
    );
  }

  /** Notes what is worth knowing. */
  warn(group: string, name: string, detail: string): void {
    this.checks.push({ group, name, status: 'warning', detail });
  }

  /** Runs a check and gives its result, or undefined when it failed. */
  async run<Result>(
    group: string,
    name: string,
    check: () => Result | Promise<Result>,
  ): Promise<Result | undefined> {
    this.#read.signal?.throwIfAborted();
    try {
      const result = await check();
      this.note(group, name, undefined);
      return result;
    } catch (error) {
      this.#read.signal?.throwIfAborted();
      if (!isKmError(error)) throw error;
      this.note(group, name, `${error.code}: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Announces bytes that will be read, so that progress has an end. */
  expect(bytes: number): void {
    this.#total += bytes;
  }

  /** Notes that bytes have been read. */
  advance(bytes: number): void {
    this.#done += bytes;
    this.#read.onProgress?.({ stage: 'verifying', done: this.#done, total: this.#total });
  }

  /** Reads tensors in full, each with its checksums, and warns of values that are no numbers. */
  async readTensors(
    group: string,
    tensors: Iterable<readonly [name: string, tensor: LazyTensor]>,
  ): Promise<void> {
    const list = [...tensors];
    for (const [, tensor] of list) this.expect(tensor.byteLength);
    for (const [name, tensor] of list) {
      const values = await this.run<Tensor>(group, name, () => tensor.read(this.read));
      this.advance(tensor.byteLength);
      const strange = values === undefined ? 0 : nonFiniteCount(values);
      if (strange > 0) this.warn(group, name, `${strange} values are NaN or infinite`);
    }
  }
}
