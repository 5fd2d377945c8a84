import { type Callee, isTracing, tracedCall } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { getPendingLosses, withTraining } from './call-context.ts';
import type { Layer } from './layer.ts';
import { set_mask } from './mask.ts';
import { flatten, isPlainObject, mapStructure, packAs, sortedKeys } from './nest.ts';
import type { CallArgs, Masks, Nested, Tensors } from './types.ts';

/** The arguments of a call, with the tensors among them apart. */
export interface SplitCall {
  readonly tensors: readonly tf.Tensor[];
  /** Everything but the tensors, as text; null when text does not tell all. */
  readonly key: string | null;
  /** The same arguments with other tensors. */
  readonly rebuild: (tensors: readonly tf.Tensor[]) => [inputs: Tensors, args: CallArgs];
}

/** Takes the tensors out of the arguments of a call. */
export function splitCall(inputs: Tensors, args: CallArgs): SplitCall {
  const whole = [inputs, args] as Nested<unknown>;
  const leaves = flatten<unknown>(whole);
  return {
    tensors: leaves.filter((leaf) => leaf instanceof tf.Tensor),
    key: leaves.every(isPlain) ? outlineOf(whole) : null,
    rebuild: (given) => {
      let next = 0;
      const full = leaves.map((leaf) => (leaf instanceof tf.Tensor ? given[next++] : leaf));
      const packed: unknown = packAs<unknown, unknown>(whole, full);
      const [values, options] = packed as [Tensors, CallArgs];
      spreadMasks(values, options.mask);
      return [values, options];
    },
  };
}

function isPlain(leaf: unknown): boolean {
  if (leaf instanceof tf.Tensor) return true;
  return leaf === null || (typeof leaf !== 'object' && typeof leaf !== 'function');
}

/** A structure as text, with dictionaries in the order of their keys and without what is not given. */
export function outlineOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(outlineOf).join()}]`;
  if (!isPlainObject(value)) {
    return typeof value === 'object' && value !== null ? 'tensor' : (JSON.stringify(value) ?? '');
  }
  const given = sortedKeys(value).filter((key) => value[key] !== null && value[key] !== undefined);
  return `{${given.map((key) => `${key}:${outlineOf(value[key])}`).join()}}`;
}

/** Lets the masks of a call travel with its inputs, as they do where the layer is called. */
function spreadMasks(inputs: Tensors, mask: Masks | null | undefined): void {
  if (mask === null || mask === undefined) return;
  const tensors = flatten<tf.Tensor>(inputs);
  const masks = flatten<tf.Tensor | null>(mask);
  if (masks.length !== tensors.length) return;
  tensors.forEach((tensor, i) => {
    if (tensor instanceof tf.Tensor) set_mask(tensor, masks[i] ?? null);
  });
}

/** Name under which Keras keeps the function that computes outputs and losses of a layer. */
export const CONDITIONAL_LOSSES = 'call_and_return_conditional_losses';

/** Name of a function of a layer, as far as no other file of functions is concerned. */
export function functionName(layer: Layer, kind: string): string {
  return `${layer.name.replaceAll(/[^A-Za-z0-9_]/g, '_')}_layer_${kind}`;
}

/** Structures of what `call` gave, by the outline of its arguments. */
const structures = new WeakMap<Layer, Map<string, Nested<null>>>();

/** The structure of what `call` gave when a function was traced for arguments of this outline. */
export function tracedStructure(layer: Layer, outline: string): Nested<null> {
  return structures.get(layer)?.get(outline) ?? null;
}

function noteStructure(layer: Layer, outline: string, result: Tensors): void {
  const known = structures.get(layer) ?? new Map<string, Nested<null>>();
  structures.set(
    layer,
    known.set(
      outline,
      mapStructure<tf.Tensor, null>(result, () => null),
    ),
  );
}

/** Runs the `call` of a layer; gives outputs and losses added inside in one list. */
export function callWithLosses(
  layer: Layer,
  outline: string,
  inputs: Tensors,
  args: CallArgs,
): tf.Tensor[] {
  const results: tf.Tensor[] = [];
  withTraining(args.training, () => {
    const before = getPendingLosses().length;
    const result = layer.call(inputs, args);
    noteStructure(layer, outline, result);
    results.push(...flatten<tf.Tensor>(result), ...getPendingLosses().slice(before));
  });
  return results;
}

/** Runs the `call` of a layer; while a function is traced, as a call of the layer's own function. */
export function callLayer(layer: Layer, inputs: Tensors, args: CallArgs): Tensors {
  if (!isTracing()) return layer.call(inputs, args);
  const { tensors, key, rebuild } = splitCall(inputs, args);
  if (key === null) return layer.call(inputs, args);
  const callee: Callee = {
    owner: layer,
    key: `${CONDITIONAL_LOSSES} ${key}`,
    name: functionName(layer, CONDITIONAL_LOSSES),
    inputNames: tensors.map((_, i) => (i === 0 ? 'inputs' : `inputs_${i}`)),
    run: (given) => callWithLosses(layer, key, ...rebuild(given)),
  };
  const outputs = tracedCall(callee, tensors);
  if (outputs === null) return layer.call(inputs, args);
  return packAs<null, tf.Tensor>(tracedStructure(layer, key), outputs);
}
