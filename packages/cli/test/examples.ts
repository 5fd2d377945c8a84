import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { joinChunks, memorySource, type Tensor } from '@km/core';
import { assertClose, fixturePath, readFixture } from '@km/test-utils';
import { npzChunks, readNpz } from '../src/arrays/npz.ts';

/** An array as the fixtures write it. */
export interface RecordedArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What TensorFlow computed from a model of the fixtures. */
export interface Example {
  readonly inputs: readonly RecordedArray[];
  readonly targets: readonly RecordedArray[];
  readonly outputs: readonly RecordedArray[];
  /** Loss and metrics of the model as it was saved, under `metrics_names`. */
  readonly evaluate: readonly number[];
  readonly metrics_names: readonly string[];
  /** Loss and metrics of one step of training on all samples. */
  readonly step: readonly number[];
  readonly outputs_after_step: readonly RecordedArray[];
}

/** Names of the inputs and outputs of the models of the fixtures. */
export const NAMES: Readonly<Record<string, { inputs: string[]; outputs: string[] }>> = {
  dense: { inputs: ['flatten_input'], outputs: ['logits'] },
  cnn: { inputs: ['conv_input'], outputs: ['probabilities'] },
  two_roads: { inputs: ['words', 'extra'], outputs: ['kind', 'size'] },
  nested: { inputs: ['a', 'b'], outputs: ['out'] },
};

/** Path of a file of the models of TensorFlow 2.15.1. */
export function modelPath(name: string, version = '2.15.1'): string {
  return fixturePath(`models/tf-${version}/${name}`);
}

/** Reads the example of a model, such as `dense`. */
export function example(name: string, version = '2.15.1'): Example {
  return JSON.parse(new TextDecoder().decode(readFixture(`models/tf-${version}/${name}.json`)));
}

/** Arrays under names. */
export function named(
  names: readonly string[] | undefined,
  arrays: readonly RecordedArray[],
): Map<string, RecordedArray> {
  return new Map(arrays.map((array, i) => [names?.[i] ?? `array_${i}`, array]));
}

/** Writes arrays into a .npz file of a folder and gives its path. */
export async function writeNpz(
  folder: string,
  name: string,
  arrays: ReadonlyMap<string, RecordedArray>,
): Promise<string> {
  const file = path.join(folder, name);
  const tensors = new Map(Array.from(arrays, ([key, array]) => [key, tensorOf(array)] as const));
  await writeFile(file, await joinChunks(npzChunks(tensors)));
  return file;
}

/** Asserts that a .npz file holds outputs under their names, within the rounding of float32 sums. */
export async function expectOutputs(
  file: string,
  outputs: ReadonlyMap<string, RecordedArray>,
): Promise<void> {
  const found = await readNpz(memorySource(await readFile(file), file));
  expect([...found.keys()]).toEqual([...outputs.keys()]);
  for (const [name, { shape, data }] of outputs) {
    const tensor = found.get(name);
    expect(tensor?.shape).toEqual(shape);
    if (tensor?.dtype !== 'float32') throw new Error(`${name} is ${tensor?.dtype}`);
    assertClose(tensor.data, data, { rtol: 1e-5, atol: 2e-6 });
  }
}

function tensorOf({ dtype, shape, data }: RecordedArray): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(data, BigInt) };
    default:
      throw new Error(`no fixture has ${dtype}`);
  }
}
