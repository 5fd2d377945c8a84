import * as tf from '@tensorflow/tfjs-core';

/** Outputs whose logits are remembered; the outputs of a model are the last ones it computes. */
const REMEMBERED = 8;

interface Remembered {
  readonly output: tf.Tensor;
  readonly logits: tf.Tensor;
}

let remembered: Remembered[] | null = null;

/** Runs a forward pass and its losses such that crossentropies see the logits behind probabilities. */
export function with_logits<T>(run: () => T): T {
  const outer = remembered;
  const own: Remembered[] = [];
  remembered = own;
  try {
    return run();
  } finally {
    remembered = outer;
    for (const { logits } of own) logits.dispose();
  }
}

/** Remembers the tensor whose sigmoid or softmax `output` is; called by the activations. */
export function attach_logits(output: tf.Tensor, logits: tf.Tensor): void {
  if (remembered === null) return;
  // The layer that computed them tidies up its logits, hence a handle of our own.
  remembered.push({ output, logits: tf.keep(tf.clone(logits)) });
  if (remembered.length > REMEMBERED) remembered.shift()?.logits.dispose();
}

/** What a crossentropy works on: probabilities, or the logits behind them. */
export interface LogitsOrProbabilities {
  readonly values: tf.Tensor;
  readonly from_logits: boolean;
}

/**
 * Finds the logits of an output that a sigmoid or softmax made, as Keras does to avoid the rounding of
 * probabilities near 0 and 1; anything else is returned unchanged.
 */
export function logits_of(output: tf.Tensor, from_logits: boolean): LogitsOrProbabilities {
  const found = remembered?.find((entry) => entry.output === output);
  return found === undefined
    ? { values: output, from_logits }
    : { values: found.logits, from_logits: true };
}
