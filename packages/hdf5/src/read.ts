import {
  type ByteSource,
  type LazyTensor,
  MAX_TENSORS,
  type NotFoundError,
  type ReadOptions,
} from '@km/core';
import { kindOf } from './detect-kind.ts';
import { incomplete, type Named, notFound, tooLarge } from './errors.ts';
import { type H5Group, openFile } from './file.ts';
import { readNames, readText } from './keras-attributes.ts';
import type { H5Layer, H5Model, H5Weight, H5Weights } from './model.ts';

const TOP_LEVEL = 'top_level_model_weights';

interface Reading extends Named {
  /** Tensors found so far. */
  tensors: number;
}

/**
 * Reads a whole model from a source; the values of its weights stay in the file until they are asked for.
 * @throws NotFoundError when the file holds weights only or no Keras model; MalformedError when it is damaged.
 */
export async function readModel(source: ByteSource, options?: ReadOptions): Promise<H5Model> {
  const root = await openFile(source, options);
  const reading: Reading = { name: source.name, tensors: 0 };
  const modelConfig = await readText(reading, root, 'model_config');
  if (modelConfig === undefined) throw await noModel(source, root);
  const group = await childGroup(reading, root, 'model_weights');
  const weights = await readLayers(reading, group);
  const optimizer = await root.open('optimizer_weights');
  return {
    modelConfig,
    trainingConfig: await readText(reading, root, 'training_config'),
    ...weights,
    kerasVersion: (await readText(reading, root, 'keras_version')) ?? weights.kerasVersion,
    backend: (await readText(reading, root, 'backend')) ?? weights.backend,
    optimizerWeights:
      optimizer?.kind === 'group' ? await readWeightList(reading, optimizer) : undefined,
  };
}

/**
 * Reads legacy weights from a source: a weights file, or the weights of a whole model, as Keras's `load_weights` does.
 * @throws NotFoundError when there are none, saying what the file holds; MalformedError when it is damaged.
 */
export async function readWeights(source: ByteSource, options?: ReadOptions): Promise<H5Weights> {
  const root = await openFile(source, options);
  const reading: Reading = { name: source.name, tensors: 0 };
  const names = await readNames(reading, root, 'layer_names');
  const nested = names === undefined ? await root.open('model_weights') : undefined;
  if (names === undefined && nested?.kind !== 'group') throw await noWeights(source, root);
  return readLayers(reading, nested?.kind === 'group' ? nested : root);
}

async function noModel(file: Named, root: H5Group): Promise<NotFoundError> {
  const what =
    (await kindOf(root)) === 'other'
      ? 'file holds no Keras model: it is HDF5 of another program'
      : 'file holds weights only: build the model and call load_weights';
  return notFound(file, what);
}

async function noWeights(file: Named, root: H5Group): Promise<NotFoundError> {
  const what =
    (await kindOf(root)) === 'weights-v3'
      ? 'file holds weights in the v3 layout (.weights.h5): read them with readWeightsV3'
      : 'file holds no Keras weights: it is HDF5 of another program, or of Keras before 1.0';
  return notFound(file, what);
}

async function readLayers(reading: Reading, group: H5Group): Promise<H5Weights> {
  const names = await readNames(reading, group, 'layer_names');
  const children = await group.names();
  if (names === undefined && children.some((name) => name !== TOP_LEVEL)) {
    throw incomplete(reading, 'has groups but no attribute layer_names', group.path);
  }
  const layers = await Promise.all(
    (names ?? []).map(async (name): Promise<H5Layer> => {
      const layer = await childGroup(reading, group, name);
      return { name, weights: await readWeightList(reading, layer) };
    }),
  );
  const top = await group.open(TOP_LEVEL);
  return {
    kerasVersion: await readText(reading, group, 'keras_version'),
    backend: await readText(reading, group, 'backend'),
    layers,
    topLevelWeights: top?.kind === 'group' ? await readWeightList(reading, top) : undefined,
  };
}

async function readWeightList(reading: Reading, group: H5Group): Promise<readonly H5Weight[]> {
  const names = await readNames(reading, group, 'weight_names');
  if (names === undefined && (await group.names()).length > 0) {
    throw incomplete(reading, 'has weights but no attribute weight_names', group.path);
  }
  reading.tensors += names?.length ?? 0;
  if (reading.tensors > MAX_TENSORS) {
    throw tooLarge(reading, `more than ${MAX_TENSORS} weights are listed`, group.path);
  }
  return Promise.all(
    (names ?? []).map(async (name) => ({
      name,
      tensor: await childTensor(reading, group, name),
    })),
  );
}

async function childGroup(reading: Reading, group: H5Group, name: string): Promise<H5Group> {
  const child = await group.open(name);
  if (child?.kind === 'group') return child;
  throw incomplete(reading, `has no group ${name}`, group.path);
}

async function childTensor(reading: Reading, group: H5Group, name: string): Promise<LazyTensor> {
  const child = await group.open(name);
  if (child?.kind === 'dataset') return child.tensor();
  throw incomplete(reading, `has no dataset ${name}, which its weight_names list`, group.path);
}
