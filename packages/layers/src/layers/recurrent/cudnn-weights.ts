import * as tf from '@tensorflow/tfjs-core';
import { parts } from './products.ts';

/** Turns the kernel of a cuDNN layer, whose gates each lie column by column in rows, into the matrix for the inputs. */
export function inputMatrixOf(kernel: tf.Tensor, gates: number): tf.Tensor {
  const [features = 0, width = 0] = kernel.shape;
  const units = width / gates;
  const turned = parts(kernel, gates).map((gate) =>
    tf.transpose(tf.reshape(gate, [units, features])),
  );
  return tf.concat(turned, 1);
}

/** Turns the recurrent kernel of a cuDNN layer into the matrix for the state. */
export function stateMatrixOf(recurrent_kernel: tf.Tensor, gates: number): tf.Tensor {
  const turned = parts(recurrent_kernel, gates).map((gate) => tf.transpose(gate));
  return tf.concat(turned, 1);
}
