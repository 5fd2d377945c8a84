import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LazyTensor, ReadOptions, Tensor, WriteOptions } from '@km/core';
import { fileSource, fileStore } from '@km/core/node';
import * as neutral from './index.ts';

export {
  type EncodedH5,
  encodeModelH5,
  encodeWeightsH5,
  encodeWeightsV3,
  type H5Attribute,
  type H5Dataset,
  type H5EncodeOptions,
  type H5Format,
  type H5Group,
  type H5Input,
  type H5Kind,
  type H5Layer,
  type H5Model,
  type H5Output,
  type H5Scalar,
  type H5Variables,
  type H5WasmFile,
  type H5Weight,
  type H5Weights,
  type H5WeightsV3,
  type H5WriteOptions,
  h5Format,
  hasH5Signature,
} from './index.ts';

/** Where an HDF5 file is read from: a path or `file:` URL, or what the platform-neutral entry takes. */
export type H5PathInput = string | URL | neutral.H5Input;

/** Where an HDF5 file is written to: a path or `file:` URL, or what the platform-neutral entry takes. */
export type H5PathOutput = string | URL | neutral.H5Output;

type Values = Tensor | LazyTensor;

/** Opens an HDF5 file and returns its root group. @throws as the platform-neutral function; NotFoundError. */
export async function openH5(input: H5PathInput, options?: ReadOptions): Promise<neutral.H5Group> {
  return neutral.openH5(await inputOf(input, options), options);
}

/** Tells what an HDF5 file holds, from its content. @throws MalformedError when it is not HDF5; NotFoundError. */
export async function detectH5Kind(
  input: H5PathInput,
  options?: ReadOptions,
): Promise<neutral.H5Kind> {
  return neutral.detectH5Kind(await inputOf(input, options), options);
}

/** Reads a whole model. @throws as the platform-neutral function; NotFoundError when there is no such file. */
export async function readModelH5(
  input: H5PathInput,
  options?: ReadOptions,
): Promise<neutral.H5Model> {
  return neutral.readModelH5(await inputOf(input, options), options);
}

/** Reads legacy weights. @throws as the platform-neutral function; NotFoundError when there is no such file. */
export async function readWeightsH5(
  input: H5PathInput,
  options?: ReadOptions,
): Promise<neutral.H5Weights> {
  return neutral.readWeightsH5(await inputOf(input, options), options);
}

/** Reads weights in the v3 layout. @throws as the platform-neutral function; NotFoundError when there is no such file. */
export async function readWeightsV3(
  input: H5PathInput,
  options?: ReadOptions,
): Promise<neutral.H5WeightsV3> {
  return neutral.readWeightsV3(await inputOf(input, options), options);
}

/** Writes a whole model; a file is replaced whole or not at all. @throws as the platform-neutral function. */
export function writeModelH5(
  output: H5PathOutput,
  model: neutral.H5Model<Values>,
  options?: neutral.H5WriteOptions,
): Promise<void> {
  return neutral.writeModelH5(outputOf(output), model, options);
}

/** Writes legacy weights; a file is replaced whole or not at all. @throws as the platform-neutral function. */
export function writeWeightsH5(
  output: H5PathOutput,
  weights: neutral.H5Weights<Values>,
  options?: neutral.H5WriteOptions,
): Promise<void> {
  return neutral.writeWeightsH5(outputOf(output), weights, options);
}

/** Writes weights in the v3 layout; a file is replaced whole or not at all. @throws as the platform-neutral function. */
export function writeWeightsV3(
  output: H5PathOutput,
  weights: neutral.H5WeightsV3<Values>,
  options?: WriteOptions,
): Promise<void> {
  return neutral.writeWeightsV3(outputOf(output), weights, options);
}

async function inputOf(
  input: H5PathInput,
  options: ReadOptions | undefined,
): Promise<neutral.H5Input> {
  return typeof input === 'string' || input instanceof URL
    ? fileSource(pathOf(input), options)
    : input;
}

function outputOf(output: H5PathOutput): neutral.H5Output {
  if (typeof output !== 'string' && !(output instanceof URL)) return output;
  const path = pathOf(output);
  return { store: fileStore(dirname(path)), path: basename(path) };
}

function pathOf(path: string | URL): string {
  return typeof path === 'string' && !path.startsWith('file:') ? path : fileURLToPath(path);
}
