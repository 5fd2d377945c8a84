import * as tf from '@tensorflow/tfjs-core';

const settings: { isThrough: boolean } = { isThrough: false };

/** Computes something that gradients do not see: none flows from a variable to what it was set to. */
export function withoutTape(compute: () => tf.Tensor): tf.Tensor {
  if (settings.isThrough) return compute();
  const { state } = tf.engine();
  // tfjs records no operations that kernels run.
  state.kernelDepth += 1;
  try {
    return compute();
  } finally {
    state.kernelDepth -= 1;
  }
}

/** Runs something in which gradients do flow from variables to what they are set to. */
export function throughAssignments<T>(run: () => T): T {
  const outer = settings.isThrough;
  settings.isThrough = true;
  try {
    return run();
  } finally {
    settings.isThrough = outer;
  }
}
