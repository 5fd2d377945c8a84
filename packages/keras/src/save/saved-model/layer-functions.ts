import { type TracedOutput, trace } from '@km/graph';
import {
  type Layer,
  type LayerFunction,
  type LayerFunctionKind,
  Model,
  nest,
  trace_layer,
} from '@km/layers';
import type { Structure } from '@km/savedmodel';
import type { FunctionPlan } from './function-plan.ts';
import type { CallInputs } from './input-specs.ts';
import {
  callSignature,
  functionSpec,
  inputStructure,
  list,
  outputStructure,
  tensorSpec,
  tuple,
} from './structures.ts';

/** Objects of the functions of a layer. */
export interface LayerFunctions {
  /** Gives the outputs. */
  readonly call: number;
  /** Gives the outputs and a list of losses, without the penalty of the layer's own outputs. */
  readonly conditional: number;
  /** Gives the outputs and a list of all losses. */
  readonly all: number;
  /** Gives the penalty of one output, not yet divided by the size of the batch; null for a layer without one. */
  readonly penalty: number | null;
  /** Kinds of the outputs. */
  readonly outputs: LayerFunction['outputs'];
  /** Whether the functions have an argument `training`. */
  readonly hasModes: boolean;
}

/** Adds the functions of a layer under the names that Keras gives them; in both modes where training differs. */
export function addLayerFunctions(
  layer: Layer,
  called: CallInputs,
  functions: FunctionPlan,
): LayerFunctions {
  const conditional = [false, true].map((training) =>
    traced(layer, 'call_and_return_conditional_losses', called, training, functions),
  ) as [Mode, Mode];
  // Keras calls models, and layers with layers inside that know training, with a mode even where it makes no difference.
  const isLeaf = !(layer instanceof Model) && layer._sublayers.length === 0;
  const [inference, training] = conditional.map(({ made }) => made.function.name);
  const same = isLeaf && inference === training;
  const modes = same ? [{ ...conditional[0], training: null }] : conditional;
  const ofKind = (kind: LayerFunctionKind): Mode[] =>
    modes.map(({ training }) => ({
      ...traced(layer, kind, called, training ?? false, functions),
      training,
    }));
  const add = (of: readonly Mode[]): number => addFunction(called, of, functions);
  const losses = add(modes);
  const { made } = conditional[0];
  const given = made.function.outputs.slice(0, -made.losses.length || undefined);
  const penalty = addPenalty(layer, given, functions);
  return {
    call: add(ofKind('__call__')),
    conditional: losses,
    all: penalty !== null ? add(ofKind('call_and_return_all_conditional_losses')) : losses,
    penalty,
    outputs: made.outputs,
    hasModes: !same,
  };
}

/** A function of a layer in one mode; null for one that does not depend on the mode. */
interface Mode {
  readonly kind: LayerFunctionKind;
  readonly training: boolean | null;
  readonly made: LayerFunction;
}

function traced(
  layer: Layer,
  kind: LayerFunctionKind,
  { inputs, args }: CallInputs,
  training: boolean,
  { library }: FunctionPlan,
): Mode {
  return {
    kind,
    training,
    made: trace_layer(layer, kind, { inputs, args: { ...args, training } }, library),
  };
}

function addFunction(
  { inputs, args }: CallInputs,
  modes: readonly Mode[],
  functions: FunctionPlan,
): number {
  // Traced functions take further tensors in the order of their names.
  const names = nest.sortedKeys(args);
  const given = [inputs, ...names.map((name) => args[name] ?? [])].map(inputStructure);
  const concrete = modes.map(({ kind, training, made }) => {
    const mode = training === null ? [] : [bool(training)];
    const outputs = outputStructure(made.outputs);
    const losses = made.losses.map((loss, index) => tensorSpec(`1/${index}`, loss));
    const output = kind === '__call__' ? outputs : tuple([outputs, list(losses)]);
    return functions.addConcrete(made.function, callSignature([...given, ...mode]), output);
  });
  const hasModes = modes.some(({ training }) => training !== null);
  const optional = names.map((): Structure => ({ kind: 'none' }));
  return functions.addFunction(
    concrete,
    hasModes
      ? functionSpec(['inputs', ...names, 'training'], [...optional, bool(false)])
      : functionSpec(['inputs', ...names], optional.length === 0 ? null : optional),
  );
}

/** Adds the function of the penalty of a layer's outputs, once for each kind of these. */
function addPenalty(
  layer: Layer,
  outputs: readonly TracedOutput[],
  functions: FunctionPlan,
): number | null {
  const { activity_regularizer: regularizer } = layer;
  if (regularizer === null) return null;
  const kinds = new Map(outputs.map((kind) => [JSON.stringify([kind.dtype, kind.shape]), kind]));
  const names = Array.from(kinds.values(), ({ shape, dtype }) => {
    const { library } = functions;
    const owner = layer.name.replaceAll(/[^A-Za-z0-9_]/g, '_');
    const name = `__inference_${owner}_activity_regularizer`;
    const made = trace((x) => regularizer.call(x), [{ shape, dtype }], { name, library });
    const [scalar] = made.outputs;
    return functions.addConcrete(
      made,
      callSignature([tensorSpec('x', { shape, dtype })]),
      tensorSpec('', { shape: [], dtype: scalar?.dtype ?? 'float32' }),
    );
  });
  return functions.addFunction(names, functionSpec(['x'], null));
}

function bool(value: boolean): Structure {
  return { kind: 'bool', value };
}
