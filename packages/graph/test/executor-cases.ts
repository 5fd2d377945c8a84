import { gunzipSync } from 'node:zlib';
import { decodeTensor, isDType, type Tensor } from '@km/core';
import { decodeProto } from '@km/proto';
import { type FunctionDef, FunctionDefLibrary } from '@km/proto/saved-model';
import { readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  type ExecutorOptions,
  GraphExecutor,
  type GraphFunction,
  registerGradients,
  type Value,
  valueOfRecord,
} from '@km/graph';

/** A recorded array. */
export interface Recorded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string | readonly string[];
}

/** A function that TensorFlow traced, with what it computes. */
export interface FunctionCase {
  readonly name: string;
  /** A FunctionDefLibrary with the function `main`, base64. */
  readonly library: string;
  readonly inputs: readonly Recorded[];
  readonly outputs: readonly Recorded[];
  readonly tolerance?: number;
  /** Gradient of the first output of floats, and what it makes of the inputs. */
  readonly cotangent?: Recorded;
  readonly gradients?: readonly (Recorded | null)[];
}

/** Reads the recorded functions. */
export function functionCases(): FunctionCase[] {
  return JSON.parse(
    new TextDecoder().decode(gunzipSync(readFixture('functions/functions.json.gz'))),
  );
}

/** Prepares a backend. */
export async function useBackend(name: string): Promise<void> {
  await tf.setBackend(name);
  registerGradients();
}

/** Array of a recorded value. */
export function arrayOf({ dtype, shape, data }: Recorded): Tensor {
  if (typeof data !== 'string') {
    return { dtype: 'string', shape, data: data.map((text) => Buffer.from(text, 'base64')) };
  }
  if (!isDType(dtype)) throw new TypeError(`${dtype} is no dtype`);
  return decodeTensor({ dtype, shape }, Uint8Array.from(Buffer.from(data, 'base64')));
}

/** Makes an executor of a list of functions. */
export function executorOf(
  functions: readonly FunctionDef[],
  options?: ExecutorOptions,
): GraphExecutor {
  const byName = new Map(functions.map((found) => [found.signature?.name ?? '', found]));
  return new GraphExecutor({ get: (name) => byName.get(name) }, options);
}

/** Compiles the function `main` of a case. */
export function compileCase({ library }: FunctionCase): GraphFunction {
  const { function: functions } = decodeProto(FunctionDefLibrary, Buffer.from(library, 'base64'));
  return executorOf(functions).function('main');
}

/** Tensor or array of a recorded input, as callers give it. */
export function inputOf(recorded: Recorded): Value {
  const value = valueOfRecord(arrayOf(recorded));
  return recorded.dtype === 'float32' && value instanceof tf.Tensor === false
    ? tf.tensor(Float32Array.from(numbersOf(arrayOf(recorded))), [...recorded.shape])
    : value;
}

/** Elements as numbers. */
export function numbersOf({ data }: Tensor): number[] {
  return Array.from<unknown>(data).map(Number);
}
