import type { Nested } from '../engine/types.ts';
import {
  ArraySource,
  type BatchingOptions,
  countSamples,
  type SampleArrays,
  sliceArrays,
} from './array-source.ts';
import type { DataSource } from './data-source.ts';
import { type HostData, hostDataOf } from './host-rows.ts';
import { type BatchIterable, IterableSource, type TensorCounts } from './iterable-source.ts';
import { convertData } from './structure.ts';
import type { Data } from './types.ts';

/** What a training, an evaluation or a prediction is given as its data. */
export interface DataArguments {
  readonly x: Data | BatchIterable;
  readonly y?: Data | null | undefined;
  readonly sample_weight?: Data | null | undefined;
  readonly batch_size?: number | null | undefined;
  readonly steps?: number | null | undefined;
  readonly shuffle?: boolean | 'batch' | undefined;
  /** How often arrays are handed out; 1 if absent. */
  readonly repeats?: number;
}

const DEFAULT_BATCH_SIZE = 32;

async function arraysOf(args: DataArguments, counts: TensorCounts): Promise<SampleArrays> {
  const convert = async (
    data: Data | null | undefined,
    expected: number,
  ): Promise<Nested<HostData | null>> =>
    data === null || data === undefined ? null : convertData(data, expected, hostDataOf);
  return {
    x: await convertData(args.x as Data, counts.inputs, hostDataOf),
    y: await convert(args.y, counts.outputs),
    sample_weight: await convert(args.sample_weight, counts.outputs),
  };
}

/** Batch size and order of the samples of arrays. */
function batchingOf(args: DataArguments, samples: number): BatchingOptions {
  const steps = args.steps ?? null;
  const batch_size =
    args.batch_size ?? (steps === null ? DEFAULT_BATCH_SIZE : Math.ceil(samples / steps));
  return { batch_size, shuffle: args.shuffle ?? false, repeats: args.repeats ?? 1 };
}

function iterableOf(args: DataArguments, counts: TensorCounts): DataSource | null {
  const source = IterableSource.of(
    args.x,
    counts,
    args.steps ?? null,
    args.shuffle !== false && args.shuffle !== undefined,
  );
  if (source === null) return null;
  for (const name of ['y', 'sample_weight', 'batch_size'] as const) {
    if (args[name] !== undefined && args[name] !== null) {
      throw new TypeError(
        `\`${name}\` cannot be given when batches come from an iterable: it hands over batches of inputs, labels and weights.`,
      );
    }
  }
  return source;
}

/**
 * Makes the source of batches of what a caller gave as data.
 * @throws TypeError or RangeError for data that do not go together.
 */
export async function dataSource(args: DataArguments, counts: TensorCounts): Promise<DataSource> {
  const iterable = iterableOf(args, counts);
  if (iterable !== null) return iterable;
  const arrays = await arraysOf(args, counts);
  return new ArraySource(arrays, batchingOf(args, countSamples(arrays)));
}

/** The samples to train on and those to validate with. */
export interface SplitSources {
  readonly training: DataSource;
  readonly validation: DataSource;
}

/**
 * Sets the last part of the samples aside for validation.
 * @throws TypeError for data that are no arrays, RangeError when one part would be empty.
 */
export async function splitSources(
  args: DataArguments,
  counts: TensorCounts,
  validation_split: number,
  validation_batch_size: number | null,
): Promise<SplitSources> {
  if (IterableSource.of(args.x, counts, null) !== null) {
    throw new TypeError('`validation_split` is only supported for tensors and arrays.');
  }
  if (!(validation_split > 0 && validation_split < 1)) {
    throw new RangeError(`validation_split is between 0 and 1, not ${validation_split}.`);
  }
  const arrays = await arraysOf(args, counts);
  const samples = countSamples(arrays);
  const at = Math.floor(samples * (1 - validation_split));
  if (at === 0 || at === samples) {
    throw new RangeError(
      `Training data contains ${samples} samples, which is not sufficient to split it into a validation and training set as specified by \`validation_split=${validation_split}\`. Either provide more data, or a different value for the \`validation_split\` argument.`,
    );
  }
  const options = batchingOf(args, at);
  const batch_size = validation_batch_size ?? options.batch_size;
  return {
    training: new ArraySource(sliceArrays(arrays, 0, at), options),
    validation: new ArraySource(sliceArrays(arrays, at, samples), { batch_size, shuffle: false }),
  };
}
