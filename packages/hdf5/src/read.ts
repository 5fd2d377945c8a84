import {
  type ByteSource,
  type LazyTensor,
  LimitError,
  MAX_TENSORS,
  MalformedError,
  NotFoundError,
  type ReadOptions,
} from '@km/core';
import { kindOf } from './detect-kind.ts';
import { type H5Group, openFile } from './file.ts';
import { type Place, readNames, readText } from './keras-attributes.ts';
import type { H5Layer, H5Model, H5Weight, H5Weights } from './model.ts';

const TOP_LEVEL = 'top_level_model_weights';

interface Reading extends Place {
  /** Tensors found so far. */
  tensors: number;
}

/**
 * Reads a whole model from a source; the values of its weights stay in the file until they are asked for.
 * @throws NotFoundError when the file holds weights only or no Keras model; MalformedError when it is damaged.
 */
export async function readModel(source: ByteSource, options?: ReadOptions): Promise<H5Model> {
  const root = await openFile(source, options);
  const reading: Reading = { file: source.name, tensors: 0 };
  const modelConfig = await readText(reading, root, 'model_config', options);
  if (modelConfig === undefined) throw await noModel(source.name, root, options);
  const group = await childGroup(reading, root, 'model_weights', options);
  const weights = await readLayers(reading, group, options);
  const optimizer = await root.open('optimizer_weights', options);
  return {
    modelConfig,
    trainingConfig: await readText(reading, root, 'training_config', options),
    ...weights,
    kerasVersion: (await readText(reading, root, 'keras_version', options)) ?? weights.kerasVersion,
    backend: (await readText(reading, root, 'backend', options)) ?? weights.backend,
    optimizerWeights:
      optimizer?.kind === 'group' ? await readWeightList(reading, optimizer, options) : undefined,
  };
}

/**
 * Reads legacy weights from a source: a weights file, or the weights of a whole model, as Keras's `load_weights` does.
 * @throws NotFoundError when there are none, saying what the file holds; MalformedError when it is damaged.
 */
export async function readWeights(source: ByteSource, options?: ReadOptions): Promise<H5Weights> {
  const root = await openFile(source, options);
  const reading: Reading = { file: source.name, tensors: 0 };
  const names = await readNames(reading, root, 'layer_names', options);
  const nested = names === undefined ? await root.open('model_weights', options) : undefined;
  if (names === undefined && nested?.kind !== 'group')
    throw await noWeights(source.name, root, options);
  return readLayers(reading, nested?.kind === 'group' ? nested : root, options);
}

async function noModel(
  file: string,
  root: H5Group,
  options: ReadOptions | undefined,
): Promise<NotFoundError> {
  const what =
    (await kindOf(root, options)) === 'other'
      ? 'file holds no Keras model: it is HDF5 of another program'
      : 'file holds weights only: build the model and call load_weights';
  return new NotFoundError(`${file}: ${what}.`, { source: file, path: 'model_config' });
}

async function noWeights(
  file: string,
  root: H5Group,
  options: ReadOptions | undefined,
): Promise<NotFoundError> {
  const what =
    (await kindOf(root, options)) === 'weights-v3'
      ? 'file holds weights in the v3 layout (.weights.h5): read them with readWeightsV3'
      : 'file holds no Keras weights: it is HDF5 of another program, or of Keras before 1.0';
  return new NotFoundError(`${file}: ${what}.`, { source: file, path: 'layer_names' });
}

async function readLayers(
  reading: Reading,
  group: H5Group,
  options: ReadOptions | undefined,
): Promise<H5Weights> {
  const names = await readNames(reading, group, 'layer_names', options);
  const children = await group.names(options);
  if (names === undefined && children.some((name) => name !== TOP_LEVEL)) {
    throw malformed(reading, group.path, 'has groups but no attribute layer_names');
  }
  const layers = await Promise.all(
    (names ?? []).map(async (name): Promise<H5Layer> => {
      const layer = await childGroup(reading, group, name, options);
      return { name, weights: await readWeightList(reading, layer, options) };
    }),
  );
  const top = await group.open(TOP_LEVEL, options);
  return {
    kerasVersion: await readText(reading, group, 'keras_version', options),
    backend: await readText(reading, group, 'backend', options),
    layers,
    topLevelWeights:
      top?.kind === 'group' ? await readWeightList(reading, top, options) : undefined,
  };
}

async function readWeightList(
  reading: Reading,
  group: H5Group,
  options: ReadOptions | undefined,
): Promise<readonly H5Weight[]> {
  const names = await readNames(reading, group, 'weight_names', options);
  if (names === undefined && (await group.names(options)).length > 0) {
    throw malformed(reading, group.path, 'has weights but no attribute weight_names');
  }
  reading.tensors += names?.length ?? 0;
  if (reading.tensors > MAX_TENSORS) {
    throw new LimitError(`${reading.file}: more than ${MAX_TENSORS} weights are listed.`);
  }
  return Promise.all(
    (names ?? []).map(async (name) => ({
      name,
      tensor: await childTensor(reading, group, name, options),
    })),
  );
}

async function childGroup(
  reading: Reading,
  group: H5Group,
  name: string,
  options: ReadOptions | undefined,
): Promise<H5Group> {
  const child = await group.open(name, options);
  if (child?.kind === 'group') return child;
  throw malformed(reading, group.path, `has no group ${name}`);
}

async function childTensor(
  reading: Reading,
  group: H5Group,
  name: string,
  options: ReadOptions | undefined,
): Promise<LazyTensor> {
  const child = await group.open(name, options);
  if (child?.kind === 'dataset') return child.tensor(options);
  throw malformed(reading, group.path, `has no dataset ${name}, which its weight_names list`);
}

function malformed({ file }: Place, path: string, what: string): MalformedError {
  return new MalformedError(`${file}: ${path} ${what}; the file is incomplete.`, {
    source: file,
    path,
  });
}
