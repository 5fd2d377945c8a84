import { type ReadableStore, readAll, type WritableStore } from '@km/core';
import type { NestedNumbers } from '../engine/variable-values.ts';
import { type ArgumentNames, checkKnown } from '../known-arguments.ts';
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

const ARGUMENTS: ArgumentNames<CSVLoggerConfig> = {
  filename: true,
  store: true,
  separator: true,
  append: true,
};

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
    checkKnown('CSVLogger', config, ARGUMENTS);
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
    const columns = this.#columns ?? columnsOf(logs);
    if (this.#columns === null) {
      this.#columns = columns;
      if (this.#before === '') this.#add(['epoch', ...columns]);
    }
    const cells = columns.map((name) => cell(Object.hasOwn(logs, name) ? logs[name] : undefined));
    this.#add([String(epoch), ...cells]);
    const text = `${this.#before}${this.#lines.join('')}`;
    await this.#store.write(this.filename, [new TextEncoder().encode(text)]);
  }

  /** Adds a line as Python's dialect `excel` writes it. */
  #add(cells: readonly string[]): void {
    const { separator } = this;
    const special = (text: string): boolean =>
      text.includes(separator) || text.includes('"') || /[\r\n]/.test(text);
    const quoted = cells.map((text) => (special(text) ? `"${text.replaceAll('"', '""')}"` : text));
    this.#lines.push(`${quoted.join(separator)}\r\n`);
  }
}

/** Names of the results; those of validations have their columns when the first epoch has none. */
function columnsOf(logs: Logs): string[] {
  const names = Object.keys(logs).sort();
  if (names.some((name) => name.startsWith('val_'))) return names;
  return [...names, ...names.map((name) => `val_${name}`)];
}

function cell(value: NestedNumbers | undefined): string {
  if (value === undefined) return 'NA';
  return Array.isArray(value) ? `"[${value.map(scalar).join(', ')}]"` : scalar(value);
}

function scalar(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value, '', false) : String(value);
}
