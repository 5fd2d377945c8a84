import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../base.ts';
import type { RNN } from '../recurrent/rnn.ts';
import { oneOf } from '../sizes.ts';

/** How the outputs of the two directions become one; null keeps both. */
export type MergeMode = 'sum' | 'mul' | 'ave' | 'concat' | null;

/** Checks a merge mode; it is `concat` unless given. */
export function modeOf(mode: MergeMode | undefined): MergeMode {
  if (mode === null) return null;
  return oneOf<NonNullable<MergeMode>>(
    mode ?? 'concat',
    ['sum', 'mul', 'ave', 'concat'],
    'merge_mode',
  );
}

/** Merges the outputs of the two directions. */
export function mergeOutputs(
  forward: tf.Tensor,
  backward: tf.Tensor,
  mode: MergeMode,
): tf.Tensor | tf.Tensor[] {
  switch (mode) {
    case 'sum':
      return tf.add(forward, backward);
    case 'mul':
      return tf.mul(forward, backward);
    case 'ave':
      return tf.div(tf.add(forward, backward), 2);
    case 'concat':
      return tf.concat([forward, backward], -1);
    case null:
      return [forward, backward];
  }
}

/** Computes the shape of merged outputs. */
export function mergeShape(shape: Shape, mode: MergeMode): Shape | readonly Shape[] {
  if (mode === null) return [shape, shape];
  if (mode !== 'concat') return shape;
  const size = shape.at(-1) ?? null;
  return [...shape.slice(0, -1), size === null ? null : 2 * size];
}

/** Checks that two layers walk in opposite directions and give the same kind of outputs. */
export function checkDirections(forward: RNN, backward: RNN, name: string): void {
  if (forward.go_backwards === backward.go_backwards) {
    throw new RangeError(`${name}: the two layers must have different values of go_backwards.`);
  }
  for (const key of ['stateful', 'return_sequences', 'return_state'] as const) {
    if (forward[key] !== backward[key]) {
      throw new RangeError(`${name}: the two layers must have the same value of ${key}.`);
    }
  }
}
