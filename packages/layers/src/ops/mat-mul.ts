import * as tf from '@tensorflow/tfjs-core';

/**
 * Multiplies matrices without the transposing kernels, which are an order of magnitude slower on wasm: it transposes
 * the operand, or the product of the swapped operands, whichever moves fewer elements.
 *
 * Equals TensorFlow's `MatMul` for rank 2 and `BatchMatMulV2` above; leading axes broadcast.
 */
export function matMul(
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean = false,
  transposeB: boolean = false,
): tf.Tensor {
  if (transposeA) {
    return transposeB ? transposeLast(product(b, a)) : transposedLeft(a, b);
  }
  return transposeB ? transposedRight(a, b) : product(a, b);
}

/** Swaps the last two axes. */
export function transposeLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

function transposedLeft(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const productSize = (a.size / (a.shape[a.rank - 2] ?? 1)) * (b.shape[b.rank - 1] ?? 1);
  if (a.size <= b.size + productSize) return product(transposeLast(a), b);
  return transposeLast(product(transposeLast(b), a));
}

function transposedRight(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const productSize = (a.size / (a.shape[a.rank - 1] ?? 1)) * (b.shape[b.rank - 2] ?? 1);
  if (b.size <= a.size + productSize) return product(a, transposeLast(b));
  return transposeLast(product(b, transposeLast(a)));
}

/** Multiplies after tiling the batches if both operands have several and they differ, which tfjs gets wrong. */
function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const alike =
    tf.util.arraysEqual(batchA, batchB) ||
    tf.util.sizeFromShape(batchA) === 1 ||
    tf.util.sizeFromShape(batchB) === 1;
  if (alike) return tf.matMul(a, b);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  return tf.matMul(
    tf.broadcastTo(a, [...batch, ...a.shape.slice(-2)]),
    tf.broadcastTo(b, [...batch, ...b.shape.slice(-2)]),
  );
}
