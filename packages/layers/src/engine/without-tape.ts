import * as tf from '@tensorflow/tfjs-core';

/** Computes something that gradients do not see: none flows from a variable to what it was set to. */
export function withoutTape(compute: () => tf.Tensor): tf.Tensor {
  const { state } = tf.engine();
  // tfjs records no operations that kernels run.
  state.kernelDepth += 1;
  try {
    return compute();
  } finally {
    state.kernelDepth -= 1;
  }
}
