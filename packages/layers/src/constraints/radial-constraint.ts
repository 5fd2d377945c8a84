import * as tf from '@tensorflow/tfjs-core';
import { Constraint } from './constraint.ts';

/**
 * Makes convolution kernels of shape [rows, cols, in, out] radially symmetric: every ring takes the value that stands
 * on the diagonal. Equals the function of TensorFlow 2.15, which takes its values from the lower right diagonal.
 */
export class RadialConstraint extends Constraint {
  static override readonly className: string = 'RadialConstraint';

  call(w: tf.Tensor): tf.Tensor {
    if (w.rank !== 4) {
      throw new RangeError(`RadialConstraint takes a kernel of 4 axes, not of shape [${w.shape}].`);
    }
    const [rows = 0, cols = 0, input = 0, output = 0] = w.shape;
    const source = ringSources(rows, cols);
    const flat = tf.reshape(w, [rows * cols, input, output]);
    return tf.reshape(tf.gather(flat, tf.tensor1d(source, 'int32')), w.shape);
  }
}

/** For every position of a kernel, the flat index of the position that gives its value. */
function ringSources(rows: number, cols: number): number[] {
  const start = Math.floor(rows / 2);
  const odd = rows % 2 === 1;
  const center = start - 1;
  const sources: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < rows; col++) {
      const ring = ringOf(row, col, rows);
      // The innermost value is one step before the middle, the rings outside of it start at the middle.
      const at = ring === 0 ? center : start + ring - (odd ? 1 : 0);
      sources.push(at * cols + at);
    }
  }
  return sources;
}

/** Distance of a position from the innermost square (of side 1 or 2). */
function ringOf(row: number, col: number, size: number): number {
  const edge = Math.min(row, col, size - 1 - row, size - 1 - col);
  return Math.floor((size - 1) / 2) - edge;
}
