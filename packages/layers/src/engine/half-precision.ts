import { type DType, float32ToHalf, type HalfDType, halfToFloat32 } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';

/** Backends whose values can be read at once. */
const HOST_BACKENDS: ReadonlySet<string> = new Set(['cpu', 'wasm']);

const state: { dtype: HalfDType | null } = { dtype: null };

function rounded(x: tf.Tensor, dtype: HalfDType): tf.Tensor {
  const values = x.dataSync<'float32'>();
  return tf.tensor(halfToFloat32(float32ToHalf(values, dtype), dtype), x.shape, 'float32');
}

/** The half dtype in which a step of training computes; `null` where float32 serves as well. */
export function halfOf(dtype: DType | null): HalfDType | null {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return null;
  // Only gradients show a difference that matters: overflow decides which steps of a scaled loss are left out.
  const recording = tf.engine().state.gradientDepth > 0;
  return recording && HOST_BACKENDS.has(tf.getBackend()) ? dtype : null;
}

/** Rounds floating values to what a half dtype can hold, and so the gradients that come back. */
export function roundToHalf(x: tf.Tensor, dtype: HalfDType): tf.Tensor {
  if (x.dtype !== 'float32') return x;
  const round = tf.customGrad((value) => ({
    value: rounded(value as tf.Tensor, dtype),
    gradFunc: (dy) => rounded(dy, dtype),
  }));
  return round(x);
}

/** Runs a call in which weights are read in a half dtype, as layers of mixed precision do; `null` as they are. */
export function withHalfWeights<T>(dtype: HalfDType | null, run: () => T): T {
  const outer = state.dtype;
  state.dtype = dtype;
  try {
    return run();
  } finally {
    state.dtype = outer;
  }
}

/** A weight as the running call computes with it. */
export function asComputed(weight: tf.Tensor): tf.Tensor {
  return state.dtype === null ? weight : roundToHalf(weight, state.dtype);
}
