import type { WritableStore } from '@km/core';
import type { NestedNumbers } from '../engine/variable-values.ts';
import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';

/** Arguments of `CSVLogger`. */
export interface CSVLoggerConfig {
  /** Key of the file in the store. */
  readonly filename: string;
  /** Where the file is written, whole, after each epoch. */
  readonly store: WritableStore;
  readonly separator?: string;
  /** Lines the file begins with, such as those of an earlier run. */
  readonly append?: string;
}

/** Writes the results of each epoch as a line of a CSV file. */
export class CSVLogger extends Callback {
  readonly filename: string;
  readonly separator: string;
  readonly #store: WritableStore;
  readonly #before: string;
  #columns: readonly string[] | null = null;
  #lines: string[] = [];

  constructor(config: CSVLoggerConfig) {
    super();
    this.filename = config.filename;
    this.separator = config.separator ?? ',';
    this.#store = config.store;
    this.#before = config.append ?? '';
  }

  override on_train_begin(_logs: Logs): void {
    this.#columns = null;
    this.#lines = [];
  }

  override async on_epoch_end(epoch: number, logs: Logs): Promise<void> {
    const columns = this.#columns ?? Object.keys(logs).sort();
    if (this.#columns === null) {
      this.#columns = columns;
      if (this.#before === '') this.#lines.push(['epoch', ...columns].join(this.separator));
    }
    const cells = columns.map((name) => cell(Object.hasOwn(logs, name) ? logs[name] : undefined));
    this.#lines.push([String(epoch), ...cells].join(this.separator));
    const text = `${this.#before}${this.#lines.join('\n')}\n`;
    await this.#store.write(this.filename, [new TextEncoder().encode(text)]);
  }
}

function cell(value: NestedNumbers | undefined): string {
  if (value === undefined) return 'NA';
  return Array.isArray(value) ? `"[${value.join(', ')}]"` : String(value);
}
