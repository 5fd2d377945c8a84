import * as tf from '@tensorflow/tfjs-core';
import {
  type ScanCall,
  type ScanOptions,
  type ScanResult,
  scan,
  withScanHandler,
} from '../composed/scan.ts';
import { tracedInline, tracedLoop } from './active.ts';

/** Runs a function in which every scan becomes a loop of the function that is being traced. */
export function withTracedScans<T>(run: () => T): T {
  return withScanHandler(traceScan, run);
}

/** Writes a scan as a loop; an unrolled one step by step. */
function traceScan(call: ScanCall): ScanResult {
  const { step, inputs, initialStates, options } = call;
  if (options.unroll === true) return scan(step, inputs, initialStates, options);
  return withTracedScans(() => loop(call));
}

/** Sequences with the steps on axis 0 in the order in which they are walked. */
function timeMajor(x: tf.Tensor, options: ScanOptions): tf.Tensor {
  const rest = x.shape.map((_, axis) => axis).slice(2);
  const turned = options.timeMajor === true ? x : tf.transpose(x, [1, 0, ...rest]);
  const ordered = options.goBackwards === true ? tf.reverse(turned, 0) : turned;
  if (options.length === undefined) return ordered;
  return tf.slice(ordered, 0, Math.min(options.length, ordered.shape[0] ?? 0));
}

function firstStep(sequence: tf.Tensor): tf.Tensor {
  return tf.reshape(tf.slice(sequence, 0, 1), sequence.shape.slice(1));
}

function loop({ step, inputs, initialStates, options }: ScanCall): ScanResult {
  const sequences = inputs.map((input) => timeMajor(input, options));
  const mask = options.mask ?? null;
  const masks = mask === null ? [] : [timeMajor(tf.cast(mask, 'bool'), options)];
  const constants = options.constants ?? [];
  // As Keras does, the first step runs outside too: what a step keeps for all steps, dropout masks say, is made there.
  const [sample] = tracedInline(() => step(sequences.map(firstStep), initialStates, constants));
  const collects = options.allOutputs !== false;
  const carries = mask !== null || !collects;
  const start = carries ? [tf.zeros(sample.shape, sample.dtype), ...initialStates] : initialStates;
  const { outputs, states } = tracedLoop(
    (slices, before) => {
      const [last, old] = carries ? [before[0], before.slice(1)] : [undefined, before];
      const own = slices.slice(0, sequences.length);
      const [output, next] = step(own, old, constants);
      const stepMask = slices[sequences.length];
      const result = { output, states: next };
      const kept =
        stepMask === undefined ? result : masked(result, { last, states: old }, stepMask, options);
      return [collects ? [kept.output] : [], carries ? [kept.output, ...kept.states] : kept.states];
    },
    [...sequences, ...masks],
    start,
  );
  const [stacked = null] = outputs;
  const [last] = carries ? states : [stacked === null ? sample : lastStep(stacked)];
  return {
    lastOutput: last ?? sample,
    outputs: stacked === null ? null : batchMajor(stacked, options),
    states: carries ? states.slice(1) : states,
  };
}

interface StepValues {
  readonly output: tf.Tensor;
  readonly states: readonly tf.Tensor[];
}

/** Where a sample's step is masked, its states stay and its output repeats, or is zero. */
function masked(
  { output, states }: StepValues,
  before: { readonly last: tf.Tensor | undefined; readonly states: readonly tf.Tensor[] },
  mask: tf.Tensor,
  options: ScanOptions,
): StepValues {
  const idle =
    before.last === undefined || options.zeroOutputForMask === true
      ? tf.zerosLike(output)
      : before.last;
  return {
    output: choose(mask, output, idle),
    states: states.map((state, i) => choose(mask, state, before.states[i] ?? state)),
  };
}

/** Takes, sample by sample, one tensor where the mask is true and the other where it is false. */
function choose(mask: tf.Tensor, yes: tf.Tensor, no: tf.Tensor): tf.Tensor {
  const perSample = [mask.shape[0] ?? 1, ...yes.shape.slice(1).map(() => 1)];
  // The op of TensorFlow broadcasts by itself; tf.where would repeat the mask first.
  const inputs = { condition: tf.reshape(mask, perSample), t: yes, e: no };
  return tf.engine().runKernel(tf.Select, inputs);
}

function lastStep(stacked: tf.Tensor): tf.Tensor {
  const [length = 1, ...shape] = stacked.shape;
  return tf.reshape(tf.slice(stacked, length - 1, 1), shape);
}

function batchMajor(stacked: tf.Tensor, options: ScanOptions): tf.Tensor {
  if (options.timeMajor === true) return stacked;
  const rest = stacked.shape.map((_, axis) => axis).slice(2);
  return tf.transpose(stacked, [1, 0, ...rest]);
}
