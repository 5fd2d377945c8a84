import * as tf from '@tensorflow/tfjs-core';

/** Computes the output and the new states of one step. */
export type Step = (
  input: tf.Tensor,
  states: readonly tf.Tensor[],
) => readonly [output: tf.Tensor, states: readonly tf.Tensor[]];

/** How a sequence is walked. */
export interface LoopOptions {
  readonly goBackwards: boolean;
  /** Which steps count, of shape `[batch, steps]` (or time-major), or null for all. */
  readonly mask: tf.Tensor | null;
  readonly timeMajor: boolean;
  /** True: a masked step gives zeros; false: it repeats the output before it. */
  readonly zeroOutputForMask: boolean;
  /** True: the outputs of all steps are wanted. */
  readonly allOutputs: boolean;
}

/** What a walked sequence gives. */
export interface LoopResult {
  readonly last: tf.Tensor;
  /** Outputs of all steps in the order walked, laid out like the input; null if not asked for. */
  readonly outputs: tf.Tensor | null;
  readonly states: readonly tf.Tensor[];
}

/** Walks a sequence step by step; equals Keras's `backend.rnn`. */
export function runLoop(
  step: Step,
  inputs: tf.Tensor,
  initial: readonly tf.Tensor[],
  options: LoopOptions,
): LoopResult {
  const axis = options.timeMajor ? 0 : 1;
  const ordered = (x: tf.Tensor): tf.Tensor[] => {
    // The gradient of unstack needs the list as it is, so that a copy is reversed.
    const list = [...tf.unstack(x, axis)];
    return options.goBackwards ? list.reverse() : list;
  };
  const steps = ordered(inputs);
  const masks = options.mask === null ? null : ordered(options.mask);
  let states = initial;
  let last: tf.Tensor | null = null;
  const outputs: tf.Tensor[] = [];
  steps.forEach((input, t) => {
    const kept = masks?.[t] ?? null;
    const [output, next] = maskedStep(step, input, states, kept, last, options.zeroOutputForMask);
    last = output;
    states = next;
    if (options.allOutputs) outputs.push(output);
  });
  if (last === null) throw new RangeError('A recurrent layer needs at least one step.');
  return { last, outputs: options.allOutputs ? tf.stack(outputs, axis) : null, states };
}

/** Runs one step and keeps the states, and the output, of samples that the mask leaves out. */
function maskedStep(
  step: Step,
  input: tf.Tensor,
  states: readonly tf.Tensor[],
  kept: tf.Tensor | null,
  previous: tf.Tensor | null,
  zeroOutput: boolean,
): readonly [tf.Tensor, readonly tf.Tensor[]] {
  const [output, next] = step(input, states);
  if (kept === null) return [output, next];
  const stay = zeroOutput || previous === null ? tf.zerosLike(output) : previous;
  const masked = next.map((state, i) => select(kept, state, states[i] ?? state));
  return [select(kept, output, stay), masked];
}

/** Takes, sample by sample, one tensor where a mask is true and another where it is false. */
function select(kept: tf.Tensor, yes: tf.Tensor, no: tf.Tensor): tf.Tensor {
  const batch = kept.shape[0] ?? 1;
  const wide = tf.reshape(kept, [batch, ...new Array<number>(yes.rank - 1).fill(1)]);
  return tf.where(wide, yes, no);
}
