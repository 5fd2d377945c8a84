import { UnsupportedError } from '@km/core';
import {
  type CallArgs,
  getClassName,
  type Layer,
  nest,
  RaggedTensor,
  type Tensors,
} from '@km/layers';
import type { FunctionSpec, Structure } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import type { RestoredFunction } from '../saved-model/restored-function.ts';
import type { StructuredInput } from '../saved-model/values.ts';
import { runSaved } from './run-saved.ts';
import type { SavedObjects } from './saved-objects.ts';

/** How the saved function of a layer is called. */
export interface RevivedCall {
  readonly run: RestoredFunction;
  /** The file that the function is in. */
  readonly objects: SavedObjects;
  /** Arguments that it takes by name. */
  readonly names: ReadonlySet<string>;
  /** True when it takes arguments of any name. */
  readonly takesAnyName: boolean;
  /** True when it gives the losses of the call after the outputs. */
  readonly givesLosses: boolean;
}

/** Names of the arguments of a saved function, and whether it takes others. */
export function argumentNames(
  spec: FunctionSpec | undefined,
): Pick<RevivedCall, 'names' | 'takesAnyName'> {
  const full = spec?.fullargspec;
  const entries =
    full?.kind === 'namedTuple' ? full.entries : (new Map() as ReadonlyMap<string, Structure>);
  const names = [...texts(entries.get('args')), ...texts(entries.get('kwonlyargs'))];
  return { names: new Set(names), takesAnyName: entries.get('varkw')?.kind === 'string' };
}

function texts(structure: Structure | undefined): string[] {
  if (structure?.kind !== 'list' && structure?.kind !== 'tuple') return [];
  return structure.items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
}

/**
 * Computes the outputs of a layer by the function that was saved for it, and adds the losses that come with them.
 * @throws UnsupportedError for a layer without such a function; TypeError when it was traced for no such arguments.
 */
export function callRevived(
  layer: Layer,
  call: RevivedCall | null,
  inputs: Tensors,
  args: CallArgs,
): Tensors {
  if (call === null) {
    throw new UnsupportedError(
      `Cannot call custom layer ${layer.name} of type ${getClassName(layer)}, because its call function was not serialized to the SavedModel. Pass its class in custom_objects.`,
    );
  }
  const result = runSaved(call.run, call.objects, argumentsFor(call, inputs, args));
  if (!call.givesLosses) return requireTensors(layer, result);
  const [outputs, losses] = Array.isArray(result) ? result : [];
  for (const loss of nest.flatten<unknown>(losses as never)) {
    if (loss instanceof tf.Tensor) layer.add_loss(loss);
  }
  return requireTensors(layer, outputs);
}

/** Inputs and named arguments; a mask is left out where no trace takes one. */
function argumentsFor(call: RevivedCall, inputs: Tensors, args: CallArgs): StructuredInput[] {
  const { mask, ...rest } = args;
  const first = inputs as StructuredInput;
  const plain = withNames(call, first, rest);
  if (mask === null || !call.names.has('mask')) return plain;
  const masked = withNames(call, first, { ...rest, mask });
  return fitsTrace(call, masked) || !fitsTrace(call, plain) ? masked : plain;
}

function withNames(
  { names, takesAnyName }: RevivedCall,
  inputs: StructuredInput,
  args: Readonly<Record<string, unknown>>,
): StructuredInput[] {
  const named = Object.entries(args).filter(
    ([name, value]) =>
      value !== undefined && (names.has(name) || (takesAnyName && name !== 'training')),
  );
  if (named.length === 0) return [inputs];
  return [inputs, Object.fromEntries(named) as { [name: string]: StructuredInput }];
}

function fitsTrace({ run }: RevivedCall, args: readonly StructuredInput[]): boolean {
  try {
    run.get_concrete_function(...args);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function requireTensors(layer: Layer, outputs: unknown): Tensors {
  const isTensor = (output: unknown): boolean =>
    output instanceof tf.Tensor || output instanceof RaggedTensor;
  if (nest.flatten<unknown>(outputs as never).every(isTensor)) return outputs as Tensors;
  throw new UnsupportedError(
    `The saved function of layer ${layer.name} gives something other than dense or ragged tensors, which layers without their class cannot pass on.`,
  );
}
