import { trace } from '@km/graph';
import { type KerasTensor, type Model, nest } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { FunctionPlan } from './function-plan.ts';
import { modelInputs } from './input-specs.ts';
import type { ObjectPlan } from './object-plan.ts';
import { type NamedFunction, SERVING_DEFAULT } from './plan-functions.ts';
import {
  type SignatureBody,
  SignatureFunction,
  type SignatureResult,
} from './signature-function.ts';
import { callSignature, dictionary, tensorSpec } from './structures.ts';

/** The signatures that a caller asks for, by name: one function, or several; null when none are given. */
export function givenSignatures(
  signatures: unknown,
  model: Model,
): ReadonlyMap<string, SignatureFunction> | null {
  if (signatures === undefined || signatures === null) return null;
  if (isFunction(signatures)) return new Map([[SERVING_DEFAULT, asSignature(signatures, model)]]);
  if (typeof signatures !== 'object') throw notFunctions();
  const entries = signatures instanceof Map ? [...signatures] : Object.entries(signatures);
  return new Map(
    entries.map(([name, fn]) => {
      if (isFunction(fn)) return [String(name), asSignature(fn, model)] as const;
      throw notFunctions(String(name));
    }),
  );
}

function isFunction(value: unknown): value is SignatureBody | SignatureFunction {
  return typeof value === 'function' || value instanceof SignatureFunction;
}

function notFunctions(name?: string): TypeError {
  const where = name === undefined ? 'signatures' : `signatures['${name}']`;
  return new TypeError(
    `${where} has to be a function of tensors, made with saved_model.signature or taking the model's inputs, or an object of such functions.`,
  );
}

/** A function without a signature of its own takes what the model takes. */
function asSignature(fn: SignatureBody | SignatureFunction, model: Model): SignatureFunction {
  if (fn instanceof SignatureFunction) return fn;
  const called = modelInputs(model);
  if (called !== null) return new SignatureFunction(fn, [called.inputs]);
  throw new TypeError(
    `The inputs of ${model.name} are not known, so a signature has to state its own: make it with saved_model.signature.`,
  );
}

/** What signatures are planned from. */
export interface SignatureParts {
  readonly plan: ObjectPlan;
  readonly functions: FunctionPlan;
  /** Signatures that the caller gave; they stand in for the one of the model. */
  readonly given: ReadonlyMap<string, SignatureFunction> | null;
  /** The signatures of the model; none where its functions are not saved. */
  readonly served: ReadonlyMap<string, NamedFunction>;
}

/** Adds the signatures and the map under which TensorFlow finds them; gives their functions by name. */
export function planSignatures({
  plan,
  functions,
  given,
  served,
}: SignatureParts): ReadonlyMap<string, string> {
  const made = new Map<string, NamedFunction>(given === null ? served : []);
  const keys = [...(given ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, signature] of keys) made.set(key, traceSignature(key, signature, functions));
  const map = plan.addUser('signature_map');
  for (const [key, { name, inputs, node }] of made) {
    plan.link(map, key, node ?? functions.addBare(name, inputs, inputs.length === 1 ? 1 : 0));
  }
  plan.link(0, 'signatures', map);
  return new Map(Array.from(made, ([key, { name }]) => [key, name]));
}

function traceSignature(
  key: string,
  given: SignatureFunction,
  functions: FunctionPlan,
): NamedFunction {
  const { leaves } = given;
  const sorted = [...leaves].sort((a, b) => (a.name < b.name ? -1 : 1));
  let names: readonly string[] = [];
  const call = (...tensors: tf.Tensor[]): tf.Tensor[] => {
    const result = given.call(leaves.flatMap((leaf) => tensors[sorted.indexOf(leaf)] ?? []));
    const outputs = namedOutputs(key, result);
    names = outputs.map(([name]) => name);
    return outputs.map(([, tensor]) => tensor);
  };
  const { library } = functions;
  const traced = trace(call, sorted, { name: '__inference_signature_wrapper', library });
  const outputs = traced.outputs.map((output, index) => {
    const name = names[index] ?? '';
    return [name, tensorSpec(name, output)] as const;
  });
  const inputs = sorted.map(
    (leaf: KerasTensor) => [leaf.name, tensorSpec(leaf.name, leaf)] as const,
  );
  const name = functions.addConcrete(traced, callSignature([], inputs), dictionary(outputs));
  return { name, inputs: sorted.map((leaf) => leaf.name) };
}

/** Outputs by sorted names; those without a name are `output_0`, `output_1`, … */
function namedOutputs(key: string, result: SignatureResult): (readonly [string, tf.Tensor])[] {
  return entriesOf(result)
    .map(([name, value]): readonly [string, tf.Tensor] => {
      if (value instanceof tf.Tensor) return [name, value];
      throw new TypeError(
        `The signature '${key}' gives a non-Tensor value for '${name}': outputs are tensors, a list of tensors, or tensors by name.`,
      );
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function entriesOf(result: unknown): (readonly [string, unknown])[] {
  if (Array.isArray(result)) return result.map((value, index) => [`output_${index}`, value]);
  if (nest.isPlainObject(result)) return Object.entries(result);
  return [['output_0', result]];
}
