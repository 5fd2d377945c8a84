import * as tf from '@tensorflow/tfjs-core';
import { raggedOf, rowsOf, set_rows } from '../../engine/rows.ts';
import type { Shape } from '../base.ts';

/** What becomes of category numbers. */
export type OutputMode = 'int' | 'one_hot' | 'multi_hot' | 'count' | 'tf_idf';

/** Weights of an encoding; null for none. */
export interface EncodingWeights {
  /** Weight of each category number in a count. */
  readonly count?: tf.Tensor | null;
  /** Weight of each category. */
  readonly idf?: tf.Tensor | null;
}

/** Spellings of old versions. */
const OLD_MODES: ReadonlyMap<string, OutputMode> = new Map([
  ['binary', 'multi_hot'],
  ['tf-idf', 'tf_idf'],
]);

/** Returns the name of a mode, whose old spelling is understood. */
export function modeName(mode: string | null | undefined, fallback: OutputMode): string {
  return OLD_MODES.get(mode ?? '') ?? mode ?? fallback;
}

/** Encodes category numbers; numbers outside of `0…depth − 1` count nowhere. */
export function encodeCategories(
  ids: tf.Tensor,
  mode: OutputMode,
  depth: number,
  weights: EncodingWeights = {},
): tf.Tensor {
  if (mode === 'int') return set_rows(tf.clone(ids), rowsOf(ids));
  const padded = rowsOf(ids) === null ? ids : raggedOf(ids).to_tensor({ default_value: -1 });
  const base = padded.rank === 0 ? tf.reshape(padded, [1]) : padded;
  const spread = mode === 'one_hot' && base.shape.at(-1) !== 1 ? tf.expandDims(base, -1) : base;
  if (spread.rank > 2) {
    throw new RangeError(
      `output_mode '${mode}' gives at most 2 axes, but the input has the shape [${ids.shape.join(', ')}].`,
    );
  }
  const hot = tf.cast(tf.oneHot(tf.cast(spread, 'int32'), depth), 'float32');
  const binary = mode === 'one_hot' || mode === 'multi_hot';
  if (binary) return tf.max(hot, spread.rank - 1);
  const { count, idf } = weights;
  const weighed = count ? tf.mul(hot, tf.expandDims(tf.cast(count, 'float32'), -1)) : hot;
  const counts = tf.sum(weighed, spread.rank - 1);
  return mode === 'tf_idf' && idf ? tf.mul(counts, idf) : counts;
}

/** Computes the shape of encoded categories. */
export function encodedShape(input_shape: Shape, mode: OutputMode, depth: number | null): Shape {
  if (mode === 'int') return input_shape;
  if (input_shape.length === 0) return [depth];
  if (mode === 'one_hot' && input_shape.at(-1) !== 1) return [...input_shape, depth];
  return [...input_shape.slice(0, -1), depth];
}
