import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  backend,
  callbacks,
  Input,
  type KerasTensor,
  layers,
  Model,
  Sequential,
  type Variable,
} from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

/** A line of a log: what happened, and with which values. */
export type LogLine = readonly [label: string, value: unknown];

/** A case: it logs what happens; the case of the same name in Python does the same. */
export type ParityCase = (log: ParityLog) => void | Promise<void>;

/** Answers the lines of a case of Python with what is so here. */
export type ParityReply = (log: ParityLog, theirs: readonly LogLine[]) => void | Promise<void>;

/** What happens in a case, in order. */
export class ParityLog {
  readonly lines: LogLine[] = [];
  /** A directory for the files of the case. */
  readonly folder: string;
  #prefix: string = '';

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Begins a part of the case, whose name stands before the labels; the rest of the case has none. */
  part(name: string | null): void {
    this.#prefix = name === null ? '' : `${name}: `;
  }

  add(label: string, value: unknown = null): void {
    this.lines.push([this.#prefix + label, plain(value)]);
  }

  /** Logs whether a call is refused. */
  async error(label: string, run: () => unknown): Promise<void> {
    try {
      await run();
    } catch {
      this.add(label, 'refused');
      return;
    }
    this.add(label, 'accepted');
  }

  /** Logs what is printed. */
  async printed<T>(label: string, run: () => Promise<T>): Promise<T> {
    const { result, text } = await captured(run);
    const own = text.replaceAll(`${this.folder}/`, '');
    this.add(label, own.replaceAll(/(?<=[ -])\d+(s|ms|us)\b/g, '#'));
    return result;
  }

  /** The path of a file of the case. */
  path(name: string): string {
    return path.join(this.folder, name);
  }

  /** The paths of the files that there are. */
  paths(): string[] {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.relative(this.folder, path.join(parentPath, name)))
      .sort();
  }

  /** Logs what a file holds. */
  text(label: string, name: string): void {
    this.add(label, readFileSync(this.path(name), 'utf8'));
  }
}

/** Runs something, and gives what it prints instead of printing it. */
export async function captured<T>(run: () => Promise<T>): Promise<{ result: T; text: string }> {
  const { log, warn } = console;
  const write = process.stdout.write;
  let text = '';
  console.log = (line: unknown) => {
    text += `${String(line)}\n`;
  };
  console.warn = () => undefined;
  process.stdout.write = (chunk: unknown) => {
    text += String(chunk);
    return true;
  };
  const result = await run().finally(() => {
    Object.assign(console, { log, warn });
    process.stdout.write = write;
  });
  return { result, text };
}

/** A value as JSON has it. */
export function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof tf.Tensor) return plain(value.arraySync());
  if (isVariable(value)) return plain(value.numpy());
  if (isRecord(value)) return nested(Array.from(value.data, Number), value.shape);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array, finite);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function finite(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

function isVariable(value: unknown): value is Variable {
  return typeof value === 'object' && value !== null && 'numpy' in value && 'assign' in value;
}

function isRecord(value: unknown): value is { data: ArrayLike<number>; shape: number[] } {
  return typeof value === 'object' && value !== null && 'data' in value && 'shape' in value;
}

function nested(data: readonly number[], shape: readonly number[]): unknown {
  const [size, ...rest] = shape;
  if (size === undefined) return plain(data[0]);
  const step = data.length / size;
  return Array.from({ length: size }, (_, k) => nested(data.slice(k * step, (k + 1) * step), rest));
}

/** Numbers between -0.5 and 0.5. */
export function numbers(shape: readonly number[], phase = 0): tf.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, k) => (((k * 7 + phase) % 11) - 5) / 10);
  return tf.tensor(values, [...shape]);
}

/** Gives a model weights by rule. */
export function weightsOf<M extends Model>(model: M): M {
  model.weights.forEach((variable, place) => {
    if (!variable.dtype.includes('float')) return;
    const value = numbers(variable.shape, place);
    variable.assign(variable.name.includes('variance') ? tf.add(tf.abs(value), 0.5) : value);
  });
  return model;
}

const labels = Array.from({ length: 12 }, (_, k) => (k * 5) % 3);

/** The data of the cases; tensors are made when the backend is ready. */
export function data() {
  return {
    X: numbers([12, 3], 1),
    Y: numbers([12, 2], 4),
    LABELS: tf.tensor1d(labels, 'int32'),
    ONE_HOT: tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 3), 'float32'),
    WEIGHTS: tf.add(tf.abs(numbers([12], 3)), 0.25),
  };
}

/** Rows of a tensor, as a slice of Python gives them. */
export function rows<T extends tf.Tensor>(tensor: T, start: number, end: number): T {
  return tf.slice(tensor, start, Math.min(end, tensor.shape[0] ?? 0) - start);
}

/** Two Dense layers. */
export function net(outputs = 2, activation: string | null = null): Sequential {
  const hidden = { units: 4, activation: 'tanh', input_shape: [3], name: 'hidden' };
  const model = new Sequential({
    name: 'net',
    layers: [
      new layers.Dense(hidden),
      new layers.Dense({ units: outputs, activation, name: 'out' }),
    ],
  });
  return weightsOf(model);
}

/** A functional model of two outputs. */
export function twoOutputs(asDict = false): Model {
  const inputs = Input({ shape: [3], name: 'x' });
  const hidden = new layers.Dense({ units: 4, activation: 'tanh', name: 'hidden' }).apply(inputs);
  const first = new layers.Dense({ units: 2, name: 'first' }).apply(hidden) as KerasTensor;
  const dense = new layers.Dense({ units: 3, activation: 'softmax', name: 'second' });
  const second = dense.apply(hidden) as KerasTensor;
  const outputs = asDict ? { a: first, b: second } : [first, second];
  return weightsOf(new Model({ inputs, outputs, name: 'two' }));
}

/** Logs weights, and the optimizer's state. TensorFlow counts one more iteration where data run out. */
export function end(log: ParityLog, model: Model, counted = true): void {
  log.add('weights', model.get_weights());
  const { optimizer } = model;
  if (optimizer === null) return;
  if (counted) log.add('iterations', optimizer.iterations.values()[0]);
  log.add('learning rate', optimizer.learning_rate);
}

type Fit = Parameters<Model['fit']>;

/** Trains without shuffling, and logs the results. */
export async function ran(
  log: ParityLog,
  model: Model,
  x: Fit[0],
  y: Fit[1] = null,
  { counted = true, ...options }: Fit[2] & { readonly counted?: boolean } = {},
): Promise<void> {
  const common = { verbose: 0, shuffle: false, batch_size: 4 } as const;
  const history = await model.fit(x, y, { ...common, ...options });
  log.add('epochs', history.epoch);
  log.add('history', history.history);
  end(log, model, counted);
}

/** Logs each hook with what it is given. */
export class Recorder extends callbacks.Callback {
  constructor(log: ParityLog, hooks: readonly string[] | null = null) {
    super();
    const note = (hook: string, number: number | null, logs: object): void => {
      if (hooks === null || hooks.includes(hook)) log.add(hook, [number, { ...logs }]);
    };
    for (const when of ['begin', 'end'] as const) {
      for (const kind of ['train', 'test', 'predict'] as const) {
        this[`on_${kind}_${when}`] = (logs) => note(`on_${kind}_${when}`, null, logs);
        this[`on_${kind}_batch_${when}`] = (number, logs) =>
          note(`on_${kind}_batch_${when}`, number, logs);
      }
      this[`on_epoch_${when}`] = (number, logs) => note(`on_epoch_${when}`, number, logs);
    }
  }
}

/** Begins a case as a new session. */
export const begin = (): void => backend.clear_session();
