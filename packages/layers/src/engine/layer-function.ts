import type { DType } from '@km/core';
import {
  type FunctionLibrary,
  type SharedFunction,
  type TracedFunction,
  type TracedOutput,
  type TraceSpec,
  trace,
} from '@km/graph';
import type * as tf from '@tensorflow/tfjs-core';
import { getPendingLosses, withTraining } from './call-context.ts';
import { regularizeActivity } from './eager-call.ts';
import { is_keras_tensor, type KerasTensor } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { flatten, packAs } from './nest.ts';
import {
  CONDITIONAL_LOSSES,
  callLayer,
  callWithLosses,
  functionName,
  outlineOf,
  tracedStructure,
} from './traced-call.ts';
import type { CallArgs, Nested, Tensors } from './types.ts';

/** Functions of a layer that a SavedModel of Keras holds, by the names of their edges. */
export type LayerFunctionKind =
  | '__call__'
  | 'call_and_return_conditional_losses'
  | 'call_and_return_all_conditional_losses';

/** For what a function of a layer is traced: symbolic tensors stand for tensors, all else is fixed. */
export interface LayerFunctionSpec {
  /** The inputs in their structure; their names become those of the arguments. */
  readonly inputs: Nested<KerasTensor>;
  /** What `call` gets besides, `training` among it; masks are tensors of bool under `mask`. */
  readonly args: { readonly training: boolean; readonly [name: string]: unknown };
  /** Dtypes of the outputs in flattened order, where they differ from those in which tfjs computes. */
  readonly outputTypes?: readonly (DType | null | undefined)[];
}

/** A function of a layer, and what it gives. */
export interface LayerFunction {
  readonly function: TracedFunction;
  /** The outputs in their structure; they come first. */
  readonly outputs: Nested<TracedOutput>;
  /** The losses, which follow the outputs; none for `__call__`. */
  readonly losses: readonly TracedOutput[];
}

/** A spec with its tensors apart. */
interface Split {
  readonly specs: readonly TraceSpec[];
  readonly outline: string;
  readonly rebuild: (tensors: readonly tf.Tensor[]) => [inputs: Tensors, args: CallArgs];
}

function split({ inputs, args }: LayerFunctionSpec): Split {
  const whole = [inputs, { mask: null, ...args }] as Nested<unknown>;
  const leaves = flatten<unknown>(whole);
  const specs = leaves.filter(is_keras_tensor).map(
    ({ shape, dtype, name }): TraceSpec => ({
      shape,
      dtype,
      name,
    }),
  );
  return {
    specs,
    outline: outlineOf(whole),
    rebuild: (tensors) => {
      let next = 0;
      const full = leaves.map((leaf) => (is_keras_tensor(leaf) ? tensors[next++] : leaf));
      const packed: unknown = packAs<unknown, unknown>(whole, full);
      return packed as [Tensors, CallArgs];
    },
  };
}

/**
 * Writes a function of a built layer as Keras does when it saves a model: in it the layers inside are calls of their own
 * functions, which are shared with those that are traced for them with the same specs.
 *
 * @throws UnsupportedError for what no graph can express.
 */
export function trace_layer(
  layer: Layer,
  kind: LayerFunctionKind,
  spec: LayerFunctionSpec,
  library: FunctionLibrary,
): LayerFunction {
  const parts = split(spec);
  const traced =
    kind === CONDITIONAL_LOSSES && spec.outputTypes === undefined
      ? traceShared(layer, parts, library)
      : traceWrapper(layer, kind, parts, spec.outputTypes, library);
  const structure = tracedStructure(layer, parts.outline);
  const count = flatten(structure).length;
  return {
    function: traced,
    outputs: packAs<null, TracedOutput>(structure, traced.outputs.slice(0, count)),
    losses: traced.outputs.slice(count),
  };
}

/** The function that calls inside of other functions use too. */
function traceShared(layer: Layer, parts: Split, library: FunctionLibrary): TracedFunction {
  const { specs, outline, rebuild } = parts;
  const shared: SharedFunction = { owner: layer, key: `${CONDITIONAL_LOSSES} ${outline}` };
  const name = `__inference_${functionName(layer, CONDITIONAL_LOSSES)}`;
  return trace((...given) => callWithLosses(layer, outline, ...rebuild(given)), specs, {
    name,
    library,
    shared,
  });
}

/** A function that calls the shared one and returns less, or more. */
function traceWrapper(
  layer: Layer,
  kind: LayerFunctionKind,
  { specs, rebuild }: Split,
  outputTypes: LayerFunctionSpec['outputTypes'],
  library: FunctionLibrary,
): TracedFunction {
  const stem = kind === '__call__' ? 'call_fn' : kind;
  const run = (...given: tf.Tensor[]): tf.Tensor[] => {
    const [inputs, args] = rebuild(given);
    const results: tf.Tensor[] = [];
    withTraining(args.training, () => {
      const before = getPendingLosses().length;
      const outputs = flatten<tf.Tensor>(callLayer(layer, inputs, args));
      if (kind === 'call_and_return_all_conditional_losses') regularizeActivity(layer, outputs);
      const losses = kind === '__call__' ? [] : getPendingLosses().slice(before);
      results.push(...outputs, ...losses);
    });
    return results;
  };
  return trace(run, specs, {
    name: `__inference_${functionName(layer, stem)}`,
    library,
    ...(outputTypes !== undefined && { outputTypes }),
  });
}
