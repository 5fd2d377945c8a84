import {
  isDType,
  isKmError,
  type KmError,
  type Tensor as TensorRecord,
  UnsupportedError,
} from '@km/core';
import { type GraphDType, recordOfValue, toTensor, type Value, valueOfRecord } from '@km/graph';
import type { PartialShape } from '@km/savedmodel';
import * as tf from '@tensorflow/tfjs-core';
import { fitsShape } from './match.ts';
import { tensorFor } from './to-tensor.ts';
import { problemOf } from './trace.ts';
import type { StructuredInput } from './values.ts';

/** An input or output of a signature. */
export interface SignatureSpec {
  readonly name: string;
  readonly dtype: GraphDType;
  /** Sizes of axes, null where any will do; null for any number of axes. */
  readonly shape: PartialShape;
}

/** What a signature takes and returns, by name. */
export type Named<T> = { readonly [name: string]: T };

/**
 * A signature of a SavedModel. It takes its inputs by name, or one tensor when it has one input, and returns its outputs
 * by name.
 */
export interface LoadedSignature {
  (inputs?: Named<StructuredInput> | tf.Tensor): Named<tf.Tensor>;
  readonly inputs: readonly SignatureSpec[];
  readonly outputs: readonly SignatureSpec[];
  /** What a call ends in: an op that is not known here, with its node, or damage; null for a signature that can run. */
  readonly problem: KmError | null;
  /** Calls it with arrays, which keep 64-bit integers and the bytes of strings exact. */
  readonly call_records: (inputs: ReadonlyMap<string, TensorRecord>) => Map<string, TensorRecord>;
}

/** What a signature is made of. */
export interface SignatureParts {
  readonly name: string;
  readonly inputs: readonly SignatureSpec[];
  readonly outputs: readonly SignatureSpec[];
  /** Makes it ready to run. @throws KmError when it cannot be. */
  readonly compile: () => unknown;
  /** Runs it with one value per input, in order; returns one per output. */
  readonly run: (inputs: readonly Value[]) => Value[];
}

/** Makes a callable of a signature. */
export function loadedSignature(parts: SignatureParts): LoadedSignature {
  const { name, inputs, outputs, run, compile } = parts;
  const call = (given: Named<StructuredInput> | tf.Tensor = {}): Named<tf.Tensor> => {
    const byName = bindInputs(name, inputs, given);
    const result: { [name: string]: tf.Tensor } = Object.create(null);
    tf.tidy(() => {
      const tensors = inputs.map((spec) => checked(name, spec, byName[spec.name]));
      const values = run(tensors).map(toTensor);
      for (const [i, spec] of outputs.entries()) {
        const value = values[i];
        if (value !== undefined) result[spec.name] = value;
      }
      return values;
    });
    return result;
  };
  return Object.defineProperties(call, {
    name: { value: name },
    inputs: { value: inputs },
    outputs: { value: outputs },
    call_records: {
      value: (given: ReadonlyMap<string, TensorRecord>) => callRecords(parts, given),
    },
    problem: { get: () => problemOf(compile) },
  }) as unknown as LoadedSignature;
}

/**
 * Makes sure that one of the signatures can run, if there are any; the others say what their problem is.
 * @throws UnsupportedError naming op and node when none can.
 */
export function requireRunnable(signatures: readonly LoadedSignature[]): void {
  let first: KmError | null = null;
  for (const { problem } of signatures) {
    if (!isKmError(problem, 'KM_UNSUPPORTED')) return;
    first ??= problem;
  }
  if (first !== null) throw first;
}

function bindInputs(
  name: string,
  inputs: readonly SignatureSpec[],
  given: Named<StructuredInput> | tf.Tensor,
): Named<StructuredInput> {
  const [only] = inputs;
  const byName =
    given instanceof tf.Tensor && only !== undefined && inputs.length === 1
      ? { [only.name]: given }
      : given;
  if (byName instanceof tf.Tensor) {
    throw new TypeError(
      `The signature ${name} takes its ${inputs.length} inputs by name: ${names(inputs)}.`,
    );
  }
  requireNames(name, inputs, Object.keys(byName));
  return byName;
}

function requireNames(
  name: string,
  inputs: readonly SignatureSpec[],
  given: readonly string[],
): void {
  const missing = inputs.filter((spec) => !given.includes(spec.name));
  const unknown = given.filter((key) => !inputs.some((spec) => spec.name === key));
  if (missing.length === 0 && unknown.length === 0) return;
  const lacks = missing.length > 0 ? ` It misses ${names(missing)}.` : '';
  const extra = unknown.length > 0 ? ` It has no input ${unknown.join(', ')}.` : '';
  throw new TypeError(`The signature ${name} takes ${names(inputs)}.${lacks}${extra}`);
}

function names(specs: readonly SignatureSpec[]): string {
  return specs.length === 0 ? 'no inputs' : specs.map((spec) => spec.name).join(', ');
}

function checked(signature: string, spec: SignatureSpec, value: StructuredInput): tf.Tensor {
  requireType(signature, spec);
  const tensor = tensorFor(value, spec.dtype, `Input ${spec.name} of the signature ${signature}`);
  requireShape(signature, spec, tensor.shape);
  return tensor;
}

/** Handles, and types that are not known, have no tensors that a caller could give. */
function requireType(signature: string, { name, dtype }: SignatureSpec): void {
  if (isDType(dtype)) return;
  throw new UnsupportedError(
    `The signature ${signature} takes ${name} as ${dtype}, a type of which no tensors are given here.`,
  );
}

function requireShape(
  signature: string,
  { name, shape }: SignatureSpec,
  given: readonly number[],
): void {
  if (fitsShape(shape, given)) return;
  const wanted = (shape ?? []).map((size) => size ?? 'None').join(', ');
  throw new RangeError(
    `Input ${name} of the signature ${signature} has to be of shape (${wanted}), got (${given.join(', ')}).`,
  );
}

function callRecords(
  { name, inputs, outputs, run }: SignatureParts,
  given: ReadonlyMap<string, TensorRecord>,
): Map<string, TensorRecord> {
  requireNames(name, inputs, [...given.keys()]);
  const records = new Map<string, TensorRecord>();
  tf.tidy(() => {
    const values = run(
      inputs.flatMap((spec) => {
        const record = given.get(spec.name);
        if (record === undefined) return [];
        requireType(name, spec);
        requireShape(name, spec, record.shape);
        if (record.dtype !== spec.dtype) {
          throw new TypeError(
            `Input ${spec.name} of the signature ${name} has to be ${spec.dtype}, got ${record.dtype}.`,
          );
        }
        return [valueOfRecord(record)];
      }),
    );
    for (const [i, spec] of outputs.entries()) {
      const value = values[i];
      if (value !== undefined) records.set(spec.name, recordOfValue(value, spec.dtype));
    }
  });
  return records;
}
