import type { ReadOptions } from '@km/core';
import { type H5Kind, kindOf } from './detect-kind.ts';
import { type H5Group, openFile } from './file.ts';
import { type H5Input, openInput } from './input.ts';
import type { H5Model, H5Weights, H5WeightsV3 } from './model.ts';
import { readModel, readWeights } from './read.ts';
import { readV3 } from './read-v3.ts';

/**
 * Opens an HDF5 file and returns its root group; only what is asked for is read.
 * @throws MalformedError when the bytes are not HDF5, saying what they look like; TruncatedError when bytes are missing.
 */
export async function openH5(input: H5Input, options?: ReadOptions): Promise<H5Group> {
  return openFile(await openInput(input, options), options);
}

/** Tells what an HDF5 file holds, from its content. @throws MalformedError when it is not HDF5. */
export async function detectH5Kind(input: H5Input, options?: ReadOptions): Promise<H5Kind> {
  return kindOf(await openH5(input, options));
}

/**
 * Reads a whole model: its configs, and its weights and optimizer state as lazy tensors.
 * @throws NotFoundError when the file holds weights only or no Keras model; MalformedError when it is damaged.
 */
export async function readModelH5(input: H5Input, options?: ReadOptions): Promise<H5Model> {
  return readModel(await openInput(input, options), options);
}

/**
 * Reads legacy weights, from a weights file or out of a whole model, as lazy tensors.
 * @throws NotFoundError when there are none, saying what the file holds; MalformedError when it is damaged.
 */
export async function readWeightsH5(input: H5Input, options?: ReadOptions): Promise<H5Weights> {
  return readWeights(await openInput(input, options), options);
}

/**
 * Reads weights in the v3 layout as lazy tensors, in the order of the objects' paths.
 * @throws NotFoundError when the file holds something else, saying what; MalformedError when it is damaged.
 */
export async function readWeightsV3(input: H5Input, options?: ReadOptions): Promise<H5WeightsV3> {
  return readV3(await openInput(input, options), options);
}
