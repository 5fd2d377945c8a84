import type { DataType } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Where sequences are filled up or cut: before or after what is kept. */
export type PaddingSide = 'pre' | 'post';

/** Arguments of `pad_sequences` besides the sequences, under Keras's names. */
export interface PadSequencesOptions {
  /** Length of all sequences; that of the longest one if absent. */
  readonly maxlen?: number | null;
  readonly dtype?: DataType;
  readonly padding?: PaddingSide;
  readonly truncating?: PaddingSide;
  /** What short sequences are filled up with. */
  readonly value?: number | string;
}

type Item = number | string | boolean | readonly Item[];

/**
 * Gives sequences of numbers, or of arrays of one shape, the same length, as `keras.utils.pad_sequences`.
 * The result has the shape `[sequences, length, …]`; the caller disposes it.
 * @throws RangeError for arrays of different shapes and for a text to fill up numbers with.
 */
export function pad_sequences(
  sequences: readonly (readonly Item[])[],
  options: PadSequencesOptions = {},
): tf.Tensor {
  const { padding = 'pre', truncating = 'pre', dtype = 'int32', value = 0 } = options;
  for (const side of [padding, truncating]) {
    if (side !== 'pre' && side !== 'post') {
      throw new RangeError(`padding and truncating are 'pre' or 'post', not '${String(side)}'.`);
    }
  }
  if ((dtype === 'string') !== (typeof value === 'string')) {
    throw new RangeError(
      `Sequences of ${dtype} cannot be filled up with ${JSON.stringify(value)}.`,
    );
  }
  const length = options.maxlen ?? Math.max(0, ...sequences.map((each) => each.length));
  const shape = shapeOf(sequences.find((each) => each.length > 0)?.[0] ?? 0);
  const filler = filled(shape, value);
  const leaves = sequences.flatMap((sequence) => {
    const start = truncating === 'pre' ? Math.max(sequence.length - length, 0) : 0;
    const kept = sequence.slice(start, start + length);
    const pad = new Array<Item[]>(length - kept.length).fill(filler).flat();
    const items = kept.flatMap((item) => leavesOf(item, shape));
    return padding === 'pre' ? [...pad, ...items] : [...items, ...pad];
  });
  const values = dtype === 'int32' ? leaves.map((leaf) => Math.trunc(Number(leaf))) : leaves;
  return tf.tensor(values as number[], [sequences.length, length, ...shape], dtype);
}

function filled(shape: readonly number[], value: Item): Item[] {
  return new Array<Item>(shape.reduce((size, length) => size * length, 1)).fill(value);
}

function shapeOf(item: Item): number[] {
  return Array.isArray(item) ? [item.length, ...shapeOf((item[0] as Item) ?? 0)] : [];
}

function leavesOf(item: Item, shape: readonly number[]): Item[] {
  const [length, ...inner] = shape;
  if (Array.isArray(item) ? item.length !== length : length !== undefined) {
    throw new RangeError(
      `The items of all sequences have one shape, [${shape.join(', ')}]; there is one of [${shapeOf(item).join(', ')}].`,
    );
  }
  return Array.isArray(item) ? (item as Item[]).flatMap((part) => leavesOf(part, inner)) : [item];
}
