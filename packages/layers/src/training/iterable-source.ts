import * as tf from '@tensorflow/tfjs-core';
import { isPlainObject } from '../engine/nest.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { shuffledIndices } from '../random/index.ts';
import type { DataSource, OwnedBatch } from './data-source.ts';
import { gatherSamples, hostArrayOf, isShapedArray, sampleCount } from './host-array.ts';
import { Sequence } from './sequence.ts';
import { convertData } from './structure.ts';
import type { ArrayData, BatchTensors, Data } from './types.ts';

/** One batch as a caller hands it over: inputs alone, a tuple, or an object. */
export type BatchData =
  | Data
  | readonly [x: Data, y?: Data | null, sample_weight?: Data | null]
  | { readonly xs: Data; readonly ys?: Data | null }
  | { readonly x: Data; readonly y?: Data | null; readonly sample_weight?: Data | null };

/** What hands over batches: an iterable, an iterator, a generator function, or a tfjs dataset. */
export type BatchIterable =
  | Iterable<BatchData>
  | AsyncIterable<BatchData>
  | Iterator<BatchData>
  | AsyncIterator<BatchData>
  | (() => Iterator<BatchData> | AsyncIterator<BatchData>)
  | Sequence
  | TfjsDataset;

/** A dataset of `@tensorflow/tfjs-data`. */
export interface TfjsDataset {
  iterator(): Promise<{ next(): Promise<IteratorResult<unknown>> }>;
}

type Next = () => Promise<IteratorResult<unknown>> | IteratorResult<unknown>;

/** How an iterable is read. */
interface Reader {
  /** Whether it can be read again from its start. */
  readonly again: boolean;
  /** Whether it makes tensors for its reader alone. */
  readonly makesTensors: boolean;
  /** Number of batches, where it is known. */
  readonly length?: number;
  start(): Promise<Next>;
  epochEnd?(): void | Promise<void>;
}

const nextOf = (iterator: { next(): unknown }): Next =>
  iterator.next.bind(iterator) as unknown as Next;

/** Reads the batches of a sequence, in random order if so wanted. */
function sequenceReader(sequence: Sequence, shuffle: boolean): Reader {
  const batches = async function* (): AsyncGenerator<BatchData, undefined> {
    const length = sequence.__len__();
    const order = shuffle ? shuffledIndices(length) : Array.from({ length }, (_, i) => i);
    for (const index of order) yield await sequence.__getitem__(index);
    return undefined;
  };
  const start = async (): Promise<Next> => nextOf(batches());
  const epochEnd = (): void | Promise<void> => sequence.on_epoch_end();
  return { again: true, makesTensors: false, length: sequence.__len__(), start, epochEnd };
}

function readerOf(value: unknown, shuffle: boolean): Reader | null {
  if (value instanceof Sequence) return sequenceReader(value, shuffle);
  if (typeof value === 'function') {
    const start = async (): Promise<Next> => nextOf(value() as { next(): unknown });
    return { again: true, makesTensors: false, start };
  }
  if (typeof value !== 'object' || value === null || isData(value)) return null;
  if ('iterator' in value && typeof value.iterator === 'function') {
    const dataset = value as TfjsDataset;
    const start = async (): Promise<Next> => nextOf(await dataset.iterator());
    return { again: true, makesTensors: true, start };
  }
  if ('next' in value && typeof value.next === 'function') {
    const iterator = value as { next(): unknown };
    return { again: false, makesTensors: false, start: async () => nextOf(iterator) };
  }
  const make: unknown =
    Reflect.get(value, Symbol.asyncIterator) ?? Reflect.get(value, Symbol.iterator);
  if (typeof make !== 'function') return null;
  const start = async (): Promise<Next> => nextOf(make.call(value) as { next(): unknown });
  return { again: true, makesTensors: false, start };
}

const isData = (value: object): boolean =>
  value instanceof RaggedTensor ||
  Array.isArray(value) ||
  ArrayBuffer.isView(value) ||
  value instanceof tf.Tensor ||
  isShapedArray(value);

/** Numbers of tensors of a model, which tell lists of plain arrays from nested ones. */
export interface TensorCounts {
  readonly inputs: number;
  readonly outputs: number;
}

/** Hands out the batches of an iterable, a generator or a tfjs dataset. */
export class IterableSource implements DataSource {
  readonly steps: number | null;
  readonly restarts: boolean;
  readonly #reader: Reader;
  readonly #counts: TensorCounts;

  private constructor(reader: Reader, counts: TensorCounts, steps: number | null) {
    this.#reader = reader;
    this.#counts = counts;
    this.steps = steps ?? reader.length ?? null;
    // With a given number of steps an epoch is a stretch of a long sequence, unless batches have numbers.
    this.restarts = reader.again && (steps === null || reader.length !== undefined);
  }

  /** Reads batches from a value, if it hands over some; null for arrays and other data. `shuffle` is for sequences. */
  static of(
    value: unknown,
    counts: TensorCounts,
    steps: number | null,
    shuffle = false,
  ): IterableSource | null {
    const reader = readerOf(value, shuffle);
    return reader === null ? null : new IterableSource(reader, counts, steps);
  }

  epochEnd(): void | Promise<void> {
    return this.#reader.epochEnd?.();
  }

  async *batches(): AsyncGenerator<OwnedBatch, undefined> {
    const next = await this.#reader.start();
    for (;;) {
      const result = await next();
      if (result.done === true) return undefined;
      yield await this.#batchOf(result.value);
    }
  }

  async #batchOf(value: unknown): Promise<OwnedBatch> {
    const [x, y, sample_weight] = partsOf(value);
    const made: tf.Tensor[] = [];
    const { inputs, outputs } = this.#counts;
    const convert = async (leaf: ArrayData): Promise<tf.Tensor> => {
      // A ragged tensor stands in a batch where a plain one does.
      if (leaf instanceof RaggedTensor) return leaf as unknown as tf.Tensor;
      const tensor = leaf instanceof tf.Tensor ? leaf : await tensorOf(leaf);
      if (tensor !== leaf || this.#reader.makesTensors) made.push(tensor);
      return tensor;
    };
    const part = async (data: unknown, expected: number): Promise<BatchTensors> =>
      data === null || data === undefined ? null : convertData(data as Data, expected, convert);
    return {
      tensors: [await part(x, inputs), await part(y, outputs), await part(sample_weight, outputs)],
      dispose: () => tf.dispose(made),
    };
  }
}

/** Uploads one batch of data. */
export async function tensorOf(data: ArrayData): Promise<tf.Tensor> {
  const array = await hostArrayOf(data);
  const rows = Int32Array.from({ length: sampleCount(array) }, (_, i) => i);
  return gatherSamples(array, rows);
}

function partsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isPlainObject(value) || isShapedArray(value)) return [value];
  if ('xs' in value) return [value.xs, value.ys];
  return 'x' in value && 'y' in value ? [value.x, value.y, value.sample_weight] : [value];
}
