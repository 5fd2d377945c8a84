import { type ReadableStore, readAll, type WritableStore } from '@km/core';
import type { NestedNumbers } from '../engine/variable-values.ts';
import type { Logs } from '../training/types.ts';
import { Callback } from './callback.ts';
import { formatNumber } from './number-format.ts';

/** Arguments of `CSVLogger`. */
export interface CSVLoggerConfig {
  /** Key of the file in the store. */
  readonly filename: string;
  /** Where the file is written, whole, after each epoch. */
  readonly store: WritableStore & Partial<ReadableStore>;
  readonly separator?: string;
  /** Whether to go on with a file that is there, and not to replace it. */
  readonly append?: boolean;
}

/** Writes the results of each epoch as a line of a CSV file. */
export class CSVLogger extends Callback {
  readonly filename: string;
  readonly separator: string;
  readonly append: boolean;
  readonly #store: CSVLoggerConfig['store'];
  #before: string = '';
  #columns: readonly string[] | null = null;
  #lines: string[] = [];

  constructor(config: CSVLoggerConfig) {
    super();
    this.filename = config.filename;
    this.separator = config.separator ?? ',';
    this.append = config.append ?? false;
    this.#store = config.store;
  }

  override async on_train_begin(_logs: Logs): Promise<void> {
    this.#columns = null;
    this.#lines = [];
    const source = this.append ? await this.#store.open?.(this.filename) : undefined;
    this.#before = source === undefined ? '' : new TextDecoder().decode(await readAll(source));
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
  if (typeof value === 'number') return formatNumber(value, '', false);
  return Array.isArray(value) ? `"[${value.join(', ')}]"` : String(value);
}
