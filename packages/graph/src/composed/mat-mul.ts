import * as tf from '@tensorflow/tfjs-core';
import { applyEpilogue, canFuse, type Epilogue, fusedParts } from './epilogue.ts';

/**
 * Multiplies matrices. Equals TensorFlow's `MatMul` for rank 2 and `BatchMatMulV2` above; leading axes broadcast, also
 * where both operands have several matrices, which tfjs-core gets wrong.
 */
export function matMul(
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean = false,
  transposeB: boolean = false,
): tf.Tensor {
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const alike =
    tf.util.arraysEqual(batchA, batchB) ||
    tf.util.sizeFromShape(batchA) === 1 ||
    tf.util.sizeFromShape(batchB) === 1;
  if (alike) return tf.matMul(a, b, transposeA, transposeB);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  return tf.matMul(
    tf.broadcastTo(a, [...batch, ...a.shape.slice(-2)]),
    tf.broadcastTo(b, [...batch, ...b.shape.slice(-2)]),
    transposeA,
    transposeB,
  );
}

/**
 * Multiplies rows by a matrix, then adds a bias and applies an activation.
 *
 * @param x [rows, features]
 * @param kernel [features, units]
 */
export function dense(x: tf.Tensor, kernel: tf.Tensor, epilogue: Epilogue): tf.Tensor {
  if (!canFuse(x)) return applyEpilogue(tf.matMul(x, kernel), epilogue);
  const { inputs, attrs } = fusedParts(epilogue);
  const product: tf.Tensor = tf
    .engine()
    .runKernel(
      tf._FusedMatMul,
      { a: tf.expandDims(x, 0), b: tf.expandDims(kernel, 0), ...inputs },
      { transposeA: false, transposeB: false, ...attrs },
    );
  return tf.squeeze(product, [0]);
}
