import * as tf from '@tensorflow/tfjs-core';

/**
 * Computes the output and the new states of one step.
 *
 * @param inputs One slice per sequence, without the time axis.
 * @param constants The constants of the scan, the same at every step.
 */
export type ScanStep = (
  inputs: readonly tf.Tensor[],
  states: readonly tf.Tensor[],
  constants: readonly tf.Tensor[],
) => readonly [output: tf.Tensor, states: readonly tf.Tensor[]];

/** How sequences are walked; the names follow Keras's `backend.rnn`. */
export interface ScanOptions {
  /** Number of steps to walk; default: all. */
  readonly length?: number;
  /** Walks from the last step to the first. */
  readonly goBackwards?: boolean;
  /** Which steps count, [batch, steps] (time-major: [steps, batch]) of any dtype; default: all. */
  readonly mask?: tf.Tensor | null;
  /** A masked step gives zeros instead of repeating the output before it. */
  readonly zeroOutputForMask?: boolean;
  /** Asks a tracer to write every step out instead of a loop. */
  readonly unroll?: boolean;
  /** Inputs and outputs are [steps, batch, …] instead of [batch, steps, …]. */
  readonly timeMajor?: boolean;
  readonly constants?: readonly tf.Tensor[];
  /** False leaves out `outputs`; default true. */
  readonly allOutputs?: boolean;
}

/** What a walked sequence gives. */
export interface ScanResult {
  readonly lastOutput: tf.Tensor;
  /** Outputs in the order walked, laid out like the inputs; null if they were not asked for. */
  readonly outputs: tf.Tensor | null;
  readonly states: readonly tf.Tensor[];
}

/** Everything that one scan was called with. */
export interface ScanCall {
  readonly step: ScanStep;
  readonly inputs: readonly tf.Tensor[];
  readonly initialStates: readonly tf.Tensor[];
  readonly options: ScanOptions;
}

/** Carries a scan out in another way than step by step, for example by writing a loop into a graph. */
export type ScanHandler = (call: ScanCall) => ScanResult;

const handlers: ScanHandler[] = [];

/** Runs a function in which every scan goes to a handler; inside the handler scans run step by step again. */
export function withScanHandler<T>(handler: ScanHandler, fn: () => T): T {
  return withHandlers([...handlers, handler], fn);
}

/**
 * Walks sequences step by step, each step getting the states of the one before. Equals Keras's `backend.rnn`.
 *
 * A sample whose step is masked keeps its states and repeats its output; before its first step the output is zero.
 *
 * @param inputs Sequences of equal length, [batch, steps, …].
 * @throws RangeError if there is no step.
 */
export function scan(
  step: ScanStep,
  inputs: readonly tf.Tensor[],
  initialStates: readonly tf.Tensor[],
  options: ScanOptions = {},
): ScanResult {
  const handler = handlers.at(-1);
  const call = { step, inputs, initialStates, options };
  if (handler === undefined) return walk(call);
  return withHandlers(handlers.slice(0, -1), () => handler(call));
}

function withHandlers<T>(inner: readonly ScanHandler[], fn: () => T): T {
  const outer = handlers.splice(0, handlers.length, ...inner);
  try {
    return fn();
  } finally {
    handlers.splice(0, handlers.length, ...outer);
  }
}

function walk({ step, inputs, initialStates, options }: ScanCall): ScanResult {
  const axis = options.timeMajor === true ? 0 : 1;
  const sequences = inputs.map((input) => stepsOf(input, axis, options));
  const masks = options.mask == null ? null : stepsOf(options.mask, axis, options);
  const outputs: tf.Tensor[] = [];
  let states = initialStates;
  let last: tf.Tensor | null = null;
  for (let t = 0; t < (sequences[0]?.length ?? 0); t++) {
    const slices = sequences.flatMap((sequence) => sequence[t] ?? []);
    const [output, next] = step(slices, states, options.constants ?? []);
    const mask = masks?.[t];
    if (mask === undefined) {
      [last, states] = [output, next];
    } else {
      const idle: tf.Tensor =
        last === null || options.zeroOutputForMask === true ? tf.zerosLike(output) : last;
      const before = states;
      last = choose(mask, output, idle);
      states = next.map((state, i) => choose(mask, state, before[i] ?? state));
    }
    if (options.allOutputs !== false) outputs.push(last);
  }
  if (last === null) throw new RangeError('A sequence needs at least one step.');
  return {
    lastOutput: last,
    outputs: options.allOutputs === false ? null : tf.stack(outputs, axis),
    states,
  };
}

/** Cuts a sequence into its steps, in the order in which they are walked. */
function stepsOf(sequence: tf.Tensor, axis: number, options: ScanOptions): tf.Tensor[] {
  // The gradient of unstack needs the list as it is, so that only a copy may be reversed.
  const steps = [...tf.unstack(sequence, axis)];
  if (options.goBackwards === true) steps.reverse();
  return options.length === undefined ? steps : steps.slice(0, options.length);
}

/** Takes, sample by sample, one tensor where the mask is true and the other where it is false. */
function choose(mask: tf.Tensor, yes: tf.Tensor, no: tf.Tensor): tf.Tensor {
  const perSample = [mask.shape[0] ?? 1, ...yes.shape.slice(1).map(() => 1)];
  return tf.where(tf.reshape(tf.cast(mask, 'bool'), perSample), yes, no);
}
