import { UnsupportedError } from '@km/core';
import { type TracedOutput, trace } from '@km/graph';
import {
  InputLayer,
  type KerasTensor,
  Layer,
  Model,
  metrics,
  type Nested,
  nest,
  type Tensors,
} from '@km/layers';
import type * as tf from '@tensorflow/tfjs-core';
import type { FunctionPlan } from './function-plan.ts';
import { type CallInputs, layerInputs, modelInputs } from './input-specs.ts';
import { addLayerFunctions } from './layer-functions.ts';
import { attachLists } from './layer-lists.ts';
import { isFromConfigOnly } from './layer-metadata.ts';
import type { ObjectPlan } from './object-plan.ts';
import { isRevived, passedSignatures, planPassed } from './passed-layers.ts';
import type { SavedChildren } from './saved-children.ts';
import { callSignature, dictionary, inputStructure, tensorSpec } from './structures.ts';

/** Name of the signature that serving programs call. */
export const SERVING_DEFAULT = 'serving_default';

/** A function that is called by the names of its inputs. */
export interface NamedFunction {
  readonly name: string;
  /** Names of the inputs, sorted. */
  readonly inputs: readonly string[];
  /** Its object, where there is one already. */
  readonly node?: number;
}

/** What functions are added to. */
export interface FunctionTarget {
  readonly plan: ObjectPlan;
  readonly functions: FunctionPlan;
  readonly children: SavedChildren;
}

/** Adds the functions of a model and of all layers inside; gives those that serving programs call, by name. */
export function planFunctions(
  model: Model,
  target: FunctionTarget,
): ReadonlyMap<string, NamedFunction> {
  // Those that are passed on come first, so that they keep their names.
  planPassed(target);
  if (isRevived(model)) {
    planLayers(model, target);
    return passedSignatures(model, target);
  }
  const called = modelInputs(model);
  if (called === null) throw notCalled(model);
  // Layers come first, so that the functions of the model call theirs.
  planLayers(model, target);
  const outputs = attach(model, 0, called, target);
  return new Map([[SERVING_DEFAULT, planServing(model, called.inputs, outputs, target)]]);
}

function planLayers(model: Model, target: FunctionTarget): void {
  const inner = [...target.plan.bound].filter(([item]) => item instanceof Layer && item !== model);
  for (const [item, id] of inner.reverse()) planLayer(item as Layer, id, target);
}

function planLayer(layer: Layer, id: number, target: FunctionTarget): void {
  if (layer instanceof metrics.Metric || layer instanceof InputLayer) return;
  if (isFromConfigOnly(layer) || isRevived(layer)) return;
  const called = layer instanceof Model ? modelInputs(layer) : layerInputs(layer);
  if (called !== null) attach(layer, id, called, target);
}

/** Adds the functions of a layer and the edges by which Keras and TensorFlow find them; gives the kinds of its outputs. */
function attach(
  layer: Layer,
  id: number,
  called: CallInputs,
  target: FunctionTarget,
): Nested<TracedOutput> {
  const { plan, functions } = target;
  const { call, conditional, all, penalty, outputs, hasModes } = addLayerFunctions(
    layer,
    called,
    functions,
  );
  if (!hasModes) functions.withoutModes.add(layer);
  const keras = attachLists(layer, id, target);
  for (const owner of [keras, id]) {
    plan.link(owner, '__call__', call);
    plan.link(owner, 'call_and_return_all_conditional_losses', all);
  }
  plan.link(keras, 'call_and_return_conditional_losses', conditional);
  if (penalty !== null) plan.link(keras, 'activity_regularizer_fn', penalty);
  return outputs;
}

/**
 * Adds the function that gives the outputs of a model by name, for Keras, and the same one taking its inputs by name, for
 * serving programs.
 */
function planServing(
  model: Model,
  inputs: Nested<KerasTensor>,
  outputs: Nested<TracedOutput>,
  { plan, functions }: FunctionTarget,
): NamedFunction {
  const { library } = functions;
  const names = outputNames(model, outputs);
  const order = [...names.keys()].sort((a, b) => compare(names[a], names[b]));
  const outputTypes = order.map((at) => model.outputs[at]?.dtype);
  const call = (tensors: readonly tf.Tensor[]): tf.Tensor[] => {
    const given = nest.packAs<unknown, tf.Tensor>(inputs, tensors);
    const made = nest.flatten<tf.Tensor>(model.apply<Tensors>(given, { training: false }));
    return order.flatMap((at) => made[at] ?? []);
  };
  const flat = nest.flatten<KerasTensor>(inputs);
  const wrapped = trace((...tensors) => call(tensors), flat, {
    name: '__inference__wrapped_model',
    library,
    outputTypes,
  });
  const described = dictionary(
    order.flatMap((at, index) => {
      const [name = '', made] = [names[at], wrapped.outputs[index]];
      return made === undefined ? [] : [[name, tensorSpec(name, made)] as const];
    }),
  );
  const keywords = flat.map(({ name }) => name);
  const whole = functions.addConcrete(wrapped, callSignature([inputStructure(inputs)]), described);
  plan.link(0, '_default_save_signature', functions.addBare(whole, keywords, keywords.length));
  const sorted = [...flat].sort((a, b) => compare(a.name, b.name));
  const served = trace(
    (...tensors) => call(flat.flatMap((input) => tensors[sorted.indexOf(input)] ?? [])),
    sorted,
    { name: '__inference_signature_wrapper', library, outputTypes },
  );
  const named = sorted.map((input) => [input.name, tensorSpec(input.name, input)] as const);
  const name = functions.addConcrete(served, callSignature([], named), described);
  return { name, inputs: sorted.map((input) => input.name) };
}

function compare(a: string | undefined = '', b: string | undefined = ''): number {
  return a < b ? -1 : Number(a > b);
}

/** Names of the outputs of a model, in their order. */
function outputNames(model: Model, outputs: Nested<TracedOutput>): readonly string[] {
  if (model.output_names.length > 0) return model.output_names;
  if (Array.isArray(outputs)) return outputs.map((_, index) => `output_${index + 1}`);
  return 'dtype' in outputs ? ['output_1'] : nest.sortedKeys(outputs);
}

function notCalled(model: Model): UnsupportedError {
  return new UnsupportedError(
    `Model ${model.name} cannot be saved as a SavedModel because the shape of its inputs is not known. Call it on data (model.apply(x), fit, predict), or build it (model.build(input_shape)); a train_step of your own has to call the model, not model.call.`,
  );
}
