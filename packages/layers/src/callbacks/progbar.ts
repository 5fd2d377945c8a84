import type { Logs } from '../training/types.ts';

/** Where progress is written. */
export interface ProgressOutput {
  write(text: string): void;
  /** Whether a line can be written over. */
  readonly isTTY: boolean;
}

/** Standard output where there is one, else the console. */
export function defaultOutput(): ProgressOutput {
  const process: unknown = Reflect.get(globalThis, 'process');
  const stdout: unknown =
    typeof process === 'object' && process !== null ? Reflect.get(process, 'stdout') : undefined;
  if (typeof stdout === 'object' && stdout !== null && 'write' in stdout) {
    const stream = stdout as { write(text: string): unknown; readonly isTTY?: boolean };
    return { write: (text) => void stream.write(text), isTTY: stream.isTTY === true };
  }
  return { write: (text) => console.log(text.replace(/\n$/, '')), isTTY: false };
}

const WIDTH = 30;
const INTERVAL_MS = 50;

/** How a progress bar is shown. */
export interface ProgbarOptions {
  /** Steps in all, or null when they are not known. */
  readonly target: number | null;
  /** 1: a bar; 2: a line at the end. */
  readonly verbose: number;
  readonly output?: ProgressOutput;
  /** Milliseconds since some moment; for tests. */
  readonly now?: () => number;
}

/** Shows progress as `tf.keras.utils.Progbar` does. */
export class Progbar {
  target: number | null;
  readonly #verbose: number;
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #start: number;
  #afterFirst: number | null = null;
  #shown: number = Number.NEGATIVE_INFINITY;
  #length: number = 0;

  constructor(options: ProgbarOptions) {
    this.target = options.target;
    this.#verbose = options.verbose;
    this.#output = options.output ?? defaultOutput();
    this.#now = options.now ?? (() => Date.now());
    this.#start = this.#now();
  }

  /** Shows that `current` steps are done; `finalize` ends the line. */
  update(current: number, logs: Logs, finalize = false): void {
    const now = this.#now();
    if (current === 1) this.#afterFirst ??= now;
    if (!finalize && (this.#verbose !== 1 || !this.#output.isTTY)) return;
    if (!finalize && now - this.#shown < INTERVAL_MS) return;
    this.#shown = now;
    if (this.#verbose === 1) this.#showBar(current, logs, now, finalize);
    else if (this.#verbose === 2) this.#output.write(`${this.#line(current, logs, now)}\n`);
  }

  #showBar(current: number, logs: Logs, now: number, finalize: boolean): void {
    const bar = this.#bar(current);
    const time =
      this.target === null || finalize
        ? ` - ${seconds(now - this.#start)}${perUnit(this.#msPerStep(current, now), 'step')}`
        : ` - ETA: ${remaining(this.#msPerStep(current, now) * (this.target - current))}`;
    const text = bar + time + results(logs);
    const back = this.#output.isTTY ? '\r' : '';
    this.#output.write(`${back}${text.padEnd(this.#length)}${finalize ? '\n' : ''}`);
    this.#length = text.length;
  }

  #bar(current: number): string {
    if (this.target === null) return `${String(current).padStart(7)}/Unknown`;
    const digits = String(this.target).length;
    const done = Math.floor((WIDTH * current) / this.target);
    const head = current < this.target ? '>' : '=';
    const filled = done > 0 ? '='.repeat(done - 1) + head : '';
    const count = `${String(current).padStart(digits)}/${this.target}`;
    return `${count} [${filled}${'.'.repeat(WIDTH - done)}]`;
  }

  #line(current: number, logs: Logs, now: number): string {
    const target = this.target ?? current;
    const count = `${String(current).padStart(String(target).length)}/${target}`;
    const elapsed = now - this.#start;
    const rates = ` -${perUnit(elapsed, 'epoch')} -${perUnit(elapsed / Math.max(target, 1), 'step')}`;
    return `${count} - ${seconds(elapsed)}${results(logs)}${rates}`;
  }

  /** The first step is left out when there are others: it includes preparations. */
  #msPerStep(current: number, now: number): number {
    if (this.#afterFirst !== null && current > 1) return (now - this.#afterFirst) / (current - 1);
    return current === 0 ? now - this.#start : (now - this.#start) / current;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)}s`;

function perUnit(ms: number, unit: string): string {
  if (ms >= 1000 || ms === 0) return ` ${(ms / 1000).toFixed(0)}s/${unit}`;
  return ms >= 1 ? ` ${ms.toFixed(0)}ms/${unit}` : ` ${(ms * 1000).toFixed(0)}us/${unit}`;
}

function remaining(ms: number): string {
  const all = Math.floor(ms / 1000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (all > 3600) return `${Math.floor(all / 3600)}:${two((all % 3600) / 60)}:${two(all % 60)}`;
  return all > 60 ? `${Math.floor(all / 60)}:${two(all % 60)}` : `${all}s`;
}

function results(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => ` - ${name}: ${resultText(value)}`)
    .join('');
}

function resultText(value: unknown): string {
  if (typeof value !== 'number') return JSON.stringify(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Math.abs(value) > 1e-3) return value.toFixed(4);
  return value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2');
}
