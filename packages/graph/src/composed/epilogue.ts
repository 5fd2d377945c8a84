import * as tf from '@tensorflow/tfjs-core';

/** Activations that a kernel can apply to what it has just computed. */
export type FusableActivation = 'linear' | 'relu' | 'relu6';

/** What is done to a product or a convolution at its end. */
export interface Epilogue {
  /** [channels of the output] */
  readonly bias: tf.Tensor | null;
  readonly activation: FusableActivation;
}

/**
 * Tells whether one kernel may compute an operation together with its epilogue. A gradient or a trace needs the
 * operations one by one.
 */
export function canFuse(x: tf.Tensor): boolean {
  const engine = tf.engine();
  return engine.backendName === 'wasm' && !engine.isTapeOn() && x.size > 0 && x.dtype === 'float32';
}

/** Adds the bias to the last axis and applies the activation, in operations of their own. */
export function applyEpilogue(y: tf.Tensor, { bias, activation }: Epilogue): tf.Tensor {
  const shifted = bias === null ? y : tf.add(y, bias);
  switch (activation) {
    case 'linear':
      return shifted;
    case 'relu':
      return tf.relu(shifted);
    case 'relu6':
      return tf.relu6(shifted);
  }
}

/** The inputs and attributes by which tfjs's fused kernels know an epilogue. */
export function fusedParts({ bias, activation }: Epilogue): {
  readonly inputs: tf.NamedTensorMap;
  readonly attrs: tf.NamedAttrMap;
} {
  return { inputs: bias === null ? {} : { bias }, attrs: { activation } };
}
