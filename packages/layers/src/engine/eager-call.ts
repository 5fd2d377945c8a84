import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { getPendingLosses, inCall, inheritedTraining, withTraining } from './call-context.ts';
import { locateErrors } from './call-errors.ts';
import { travellingParts } from './complex-parts.ts';
import { halfOf, roundToHalf, withHalfWeights } from './half-precision.ts';
import { assertInputCompatibility } from './input-spec.ts';
import type { Layer } from './layer.ts';
import { get_mask, masksOf, set_mask } from './mask.ts';
import { nameScope } from './names.ts';
import { flatten, packAs } from './nest.ts';
import { callWithRows } from './ragged-call.ts';
import {
  handOut,
  handsOutObjects,
  hasRows,
  raggedShape,
  rowsOf,
  set_rows,
  withoutObjects,
} from './rows.ts';
import { callSpecOf } from './tensor-shapes.ts';
import { toTensors } from './to-tensors.ts';
import type { ApplyArgs, CallArgs, Masks, Tensors } from './types.ts';

/** The arguments with which `call` runs: training mode and masks resolved. */
export function resolveCallArgs(inputs: Tensors, args: ApplyArgs): CallArgs {
  const mask = (args.mask ?? masksOf(inputs)) as Masks | null;
  return { ...args, training: args.training ?? inheritedTraining(), mask };
}

/** The masks of outputs by the layer's own rule, one per output in flattened order. */
function maskOutputs(
  layer: Layer,
  inputs: Tensors,
  outputs: readonly tf.Tensor[],
  mask: Masks | null,
): (tf.Tensor | null)[] {
  // Rows say themselves where they end.
  if (hasRows(inputs)) return outputs.map(() => null);
  // Without support for masking, masks that inner layers gave the outputs stay.
  if (!layer.supports_masking || layer._computes_masks_in_call) return outputs.map(get_mask);
  if (outputs.every((output) => get_mask(output) !== null)) return outputs.map(get_mask);
  const computed = layer.compute_mask(inputs, mask);
  if (computed === null) return outputs.map(() => null);
  const masks = flatten<tf.Tensor | null>(computed);
  return outputs.map((_, i) => masks[i] ?? null);
}

function withMaskOf(from: tf.Tensor, to: tf.Tensor): tf.Tensor {
  set_mask(to, get_mask(from));
  return to;
}

/** Replaces outputs that are inputs or belong to variables by handles of their own. */
function ownOutputs(outputs: readonly tf.Tensor[], inputs: readonly tf.Tensor[]): tf.Tensor[] {
  return outputs.map((output, i) => {
    if (!output.kept && !inputs.includes(output) && outputs.indexOf(output) === i) return output;
    return set_rows(withMaskOf(output, tf.clone(output)), rowsOf(output));
  });
}

/** Adds the penalty of each output, averaged over the batch. */
export function regularizeActivity(layer: Layer, outputs: readonly tf.Tensor[]): void {
  const regularizer = layer.activity_regularizer;
  if (regularizer === null) return;
  for (const output of outputs) {
    const batch = raggedShape(output)[0] ?? 1;
    layer.add_loss(tf.div(regularizer.call(output), batch));
  }
}

/** An output of a layer that computes in a half dtype. */
function halved(output: tf.Tensor, half: 'float16' | 'bfloat16'): tf.Tensor {
  return set_rows(withMaskOf(output, roundToHalf(output, half)), rowsOf(output));
}

function run(layer: Layer, inputs: Tensors, args: CallArgs): Tensors {
  assertInputCompatibility(layer.input_spec, inputs, layer.name);
  // Sizes in a trace only stand for others.
  if (!isTracing()) layer._call_spec ??= callSpecOf(inputs, args);
  return nameScope(layer.name, () => {
    layer._maybe_build(inputs);
    const half = halfOf(layer.compute_dtype);
    const result = withHalfWeights(half, () =>
      locateErrors(layer, () => callWithRows(layer, inputs, args)),
    );
    const own = ownOutputs(flatten<tf.Tensor>(result), flatten<tf.Tensor>(inputs));
    const outputs = half === null || layer._keeps_dtypes ? own : own.map((x) => halved(x, half));
    regularizeActivity(layer, outputs);
    const masks = maskOutputs(layer, inputs, outputs, args.mask);
    outputs.forEach((output, i) => {
      set_mask(output, masks[i] ?? null);
    });
    return packAs<tf.Tensor, tf.Tensor>(result, outputs);
  });
}

/**
 * Calls a layer on tensors, ragged tensors or numbers; only the outputs, their masks and the losses survive the call.
 */
export function applyEager(layer: Layer, given: unknown, args: ApplyArgs): Tensors {
  const training = args.training ?? inheritedTraining();
  if (!inCall()) layer._clear_losses();
  const outputs: Tensors[] = [];
  withTraining(training, () => {
    const before = getPendingLosses().length;
    tf.tidy(() => {
      const inputs = toTensors(given);
      const plain = withoutObjects(args) as ApplyArgs;
      const result = run(layer, inputs, resolveCallArgs(inputs, { ...plain, training }));
      outputs.push(result);
      const flat = flatten<tf.Tensor>(result);
      const masks = flat.map(get_mask).filter((mask) => mask !== null);
      return [
        ...flat,
        ...flat.flatMap(travellingParts),
        ...masks,
        ...getPendingLosses().slice(before),
      ];
    });
  });
  const [result = []] = outputs;
  return handsOutObjects() ? handOut(result) : result;
}
