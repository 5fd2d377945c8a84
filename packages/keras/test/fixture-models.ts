import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encodeTensor } from '@km/core';
import type { Variable } from '@km/keras';
import { fixturePath } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';

interface Recorded {
  readonly dtype: string;
  readonly shape: number[];
  readonly data: number[];
}

/** What TensorFlow recorded beside a model fixture. */
export interface ExpectedModel {
  readonly files: Readonly<Record<string, string>>;
  readonly inputs: readonly Recorded[];
  readonly targets: readonly Recorded[];
  readonly weights: readonly { readonly name: string; readonly sha256: string }[];
  readonly optimizer: {
    readonly class_name: string;
    readonly variables: readonly { readonly name: string; readonly sha256: string }[];
  };
  readonly outputs: readonly Recorded[];
  readonly evaluate: readonly number[];
  readonly step: readonly number[];
  readonly outputs_after_step: readonly Recorded[];
}

export const VERSIONS: readonly string[] = ['2.4.4', '2.10.1', '2.15.1'];
export const MODELS: readonly string[] = ['dense', 'cnn', 'two_roads', 'nested'];

/** Reads what is recorded of a model. */
export function expectedOf(version: string, model: string): ExpectedModel {
  return JSON.parse(readFileSync(fixturePath(`models/tf-${version}/${model}.json`), 'utf8'));
}

/** Path of a file of a model. */
export function fileOf(version: string, name: string): string {
  return fixturePath(`models/tf-${version}/${name}`);
}

/** Uploads recorded numbers. */
export function upload({ data, shape, dtype }: Recorded): tf.Tensor {
  return tf.tensor(data, shape, dtype.startsWith('int') ? 'int32' : 'float32');
}

/** Inputs or targets as a model takes them. */
export function batchOf(recorded: readonly Recorded[]): tf.Tensor | tf.Tensor[] {
  const tensors = recorded.map(upload);
  return tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors;
}

/** Outputs of a model as a flat list; dictionaries by key. */
export function flat(outputs: unknown): tf.Tensor[] {
  if (outputs instanceof tf.Tensor) return [outputs];
  if (Array.isArray(outputs)) return outputs.flatMap(flat);
  return Object.values(outputs as object).flatMap(flat);
}

/** Largest distance of outputs from what is recorded. */
export function distance(outputs: unknown, recorded: readonly Recorded[]): number {
  const tensors = flat(outputs);
  expect(tensors.map(({ shape }) => shape)).toEqual(recorded.map(({ shape }) => shape));
  return Math.max(
    ...recorded.flatMap(({ data }, k) => {
      const values = tensors[k]?.dataSync() ?? [];
      return data.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN)));
    }),
  );
}

/** Digests of variables as TensorFlow records them. */
export function digests(variables: readonly Variable[]): string[] {
  return variables.map((variable) =>
    createHash('sha256').update(encodeTensor(variable.record())).digest('hex'),
  );
}
