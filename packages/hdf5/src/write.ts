import type { LazyTensor, Tensor, WritableStore, WriteOptions } from '@km/core';
import { type EncodedH5, encodeFile } from './encode-file.ts';
import { type H5WasmFile, isH5WasmFile } from './h5wasm-file.ts';
import { type H5EncodeOptions, modelTree, weightsTree, weightsV3Tree } from './keras-tree.ts';
import type { H5Model, H5Weights, H5WeightsV3 } from './model.ts';
import type { TreeGroup } from './tree.ts';

/** Where an HDF5 file is written to: an object of a store, or an open h5wasm `File`. */
export type H5Output = { readonly store: WritableStore; readonly path: string } | H5WasmFile;

/** Options of a write. */
export interface H5WriteOptions extends H5EncodeOptions, WriteOptions {}

type Values = Tensor | LazyTensor;

/** Encodes a whole model, without writing it anywhere. @throws RangeError for names that collide. */
export function encodeModelH5(model: H5Model<Values>, options?: H5EncodeOptions): EncodedH5 {
  return encodeFile(modelTree(model, options));
}

/** Encodes legacy weights, without writing them anywhere. @throws RangeError for names that collide. */
export function encodeWeightsH5(weights: H5Weights<Values>, options?: H5EncodeOptions): EncodedH5 {
  return encodeFile(weightsTree(weights, options));
}

/** Encodes weights in the v3 layout, without writing them anywhere. */
export function encodeWeightsV3(weights: H5WeightsV3<Values>): EncodedH5 {
  return encodeFile(weightsV3Tree(weights));
}

/**
 * Writes a whole model; equal models give equal bytes.
 * @throws UnsupportedError for tensors that HDF5 files of Keras do not hold; RangeError for names that collide.
 */
export function writeModelH5(
  output: H5Output,
  model: H5Model<Values>,
  options?: H5WriteOptions,
): Promise<void> {
  return writeOut(output, modelTree(model, options), options);
}

/** Writes legacy weights; equal weights give equal bytes. @throws as `writeModelH5`. */
export function writeWeightsH5(
  output: H5Output,
  weights: H5Weights<Values>,
  options?: H5WriteOptions,
): Promise<void> {
  return writeOut(output, weightsTree(weights, options), options);
}

/** Writes weights in the v3 layout; equal weights give equal bytes. @throws as `writeModelH5`. */
export function writeWeightsV3(
  output: H5Output,
  weights: H5WeightsV3<Values>,
  options?: WriteOptions,
): Promise<void> {
  return writeOut(output, weightsV3Tree(weights), options);
}

async function writeOut(
  output: H5Output,
  tree: TreeGroup,
  options: WriteOptions | undefined,
): Promise<void> {
  if (isH5WasmFile(output)) {
    const { writeTree } = await import('./h5wasm-write.ts');
    return writeTree(output, tree, options);
  }
  const { byteLength, chunks } = encodeFile(tree);
  await output.store.write(output.path, chunks(options), { signal: options?.signal, byteLength });
}
