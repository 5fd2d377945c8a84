import { flatten, mapStructure } from '../engine/nest.ts';
import type { Nested } from '../engine/types.ts';
import type { RaggedValues } from '../ragged/ragged-tensor.ts';
import { shuffledIndices } from '../random/index.ts';
import type { DataSource, OwnedBatch } from './data-source.ts';
import { countData, gatherData, type HostData, sliceData } from './host-rows.ts';
import type { Batch, BatchTensors } from './types.ts';

/** Inputs, labels and weights of all samples. */
export interface SampleArrays {
  readonly x: Nested<HostData>;
  readonly y: Nested<HostData | null>;
  readonly sample_weight: Nested<HostData | null>;
}

/** How samples become batches. */
export interface BatchingOptions {
  readonly batch_size: number;
  /** Whether samples, or batches as they are, come in random order. */
  readonly shuffle: boolean | 'batch';
  /** How often all samples are handed out, one time after the other; 1 if absent. */
  readonly repeats?: number;
}

function allArrays({ x, y, sample_weight }: SampleArrays): HostData[] {
  const optional = [y, sample_weight].flatMap((part) => flatten<HostData | null>(part));
  return [...flatten<HostData>(x), ...optional.filter((array) => array !== null)];
}

/**
 * Counts the samples.
 * @throws RangeError when arrays have different numbers of samples.
 */
export function countSamples(arrays: SampleArrays): number {
  const counts = allArrays(arrays).map(countData);
  const [count = 0] = counts;
  if (counts.every((other) => other === count)) return count;
  throw new RangeError(
    `Data cardinality is ambiguous: inputs, labels and weights have ${counts.join(', ')} samples. Make sure all arrays contain the same number of samples.`,
  );
}

/** Keeps the samples `[start, end)`. */
export function sliceArrays(arrays: SampleArrays, start: number, end: number): SampleArrays {
  const slice = (array: HostData): HostData => sliceData(array, start, end);
  const sliceAny = (array: HostData | null): HostData | null =>
    array === null ? null : slice(array);
  return {
    x: mapStructure(arrays.x, slice),
    y: mapStructure(arrays.y, sliceAny),
    sample_weight: mapStructure(arrays.sample_weight, sliceAny),
  };
}

/** Hands out the samples of arrays in batches, the last one of each round may be short. */
export class ArraySource implements DataSource {
  readonly steps: number;
  readonly restarts: boolean = false;
  readonly #arrays: SampleArrays;
  readonly #options: BatchingOptions;
  readonly #count: number;

  /** @throws RangeError for a batch size below 1, or no samples. */
  constructor(arrays: SampleArrays, options: BatchingOptions) {
    this.#arrays = arrays;
    this.#options = options;
    this.#count = countSamples(arrays);
    if (!(Number.isInteger(options.batch_size) && options.batch_size > 0)) {
      throw new RangeError(`batch_size is a positive integer, not ${options.batch_size}.`);
    }
    if (this.#count === 0) throw new RangeError('There are no samples.');
    this.steps = Math.ceil(this.#count / options.batch_size);
  }

  async *batches(): AsyncGenerator<OwnedBatch, undefined> {
    const { repeats = 1 } = this.#options;
    for (let round = 0; round < repeats; round += 1) yield* this.#round();
    return undefined;
  }

  *#round(): Generator<OwnedBatch, undefined> {
    const { batch_size, shuffle } = this.#options;
    const samples = shuffle === true ? shuffledIndices(this.#count) : null;
    const order = shuffle === 'batch' ? shuffledIndices(this.steps) : null;
    for (let step = 0; step < this.steps; step += 1) {
      const start = (order?.[step] ?? step) * batch_size;
      const end = Math.min(start + batch_size, this.#count);
      const rows =
        samples === null
          ? Int32Array.from({ length: end - start }, (_, i) => start + i)
          : samples.subarray(start, end);
      yield this.#batchOf(rows);
    }
    return undefined;
  }

  #batchOf(rows: Int32Array): OwnedBatch {
    const made: RaggedValues[] = [];
    const gather = (array: HostData | null): RaggedValues | null => {
      if (array === null) return null;
      const tensor = gatherData(array, rows);
      made.push(tensor);
      return tensor;
    };
    const { x, y, sample_weight } = this.#arrays;
    const parts = [x, y, sample_weight].map((part) =>
      mapStructure<HostData | null, RaggedValues | null>(part, gather),
    );
    return {
      tensors: parts as unknown as readonly [BatchTensors, BatchTensors, BatchTensors] as Batch,
      dispose: () => {
        for (const tensor of made) tensor.dispose();
      },
    };
  }
}
