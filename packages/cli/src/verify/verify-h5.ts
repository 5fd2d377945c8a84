import type { ByteSource, LazyTensor } from '@km/core';
import type { H5Dataset, H5Group, H5Weight, H5Weights, H5WeightsV3 } from '@km/hdf5';
import type { WeightsByLayer } from '../inspect/common-sections.ts';
import { describeTraining } from '../inspect/describe-training.ts';
import { tensorFacts } from '../inspect/inspection.ts';
import { walkH5 } from '../inspect/walk-h5.ts';
import type { Checklist } from './checklist.ts';
import { verifyLayers, verifyModelConfig } from './verify-config.ts';

/** Checks an HDF5 file of any kind. */
export async function verifyH5(source: ByteSource, list: Checklist): Promise<void> {
  const h5 = await import('@km/hdf5');
  const kind = await list.run('structure', 'file', () => h5.detectH5Kind(source, list.read));
  switch (kind) {
    case 'model':
      return verifyModel(source, list);
    case 'weights': {
      const file = await list.run('structure', 'layers', () => h5.readWeightsH5(source, list.read));
      return file && verifyWeights(file, list);
    }
    case 'weights-v3': {
      const file = await list.run('structure', 'objects', () =>
        h5.readWeightsV3(source, list.read),
      );
      return file && verifyWeightsV3(file, list);
    }
    case 'other':
      list.warn('structure', 'file', 'HDF5, but not of Keras: only its datasets are read');
      return verifyDatasets(await h5.openH5(source, list.read), list);
    case undefined:
      return undefined;
  }
}

async function verifyModel(source: ByteSource, list: Checklist): Promise<void> {
  const { readModelH5 } = await import('@km/hdf5');
  const file = await list.run('structure', 'layers', () => readModelH5(source, list.read));
  if (file === undefined) return;
  const { kerasVersion, trainingConfig } = file;
  const model = await verifyModelConfig(file.modelConfig, source.name, kerasVersion, list);
  if (trainingConfig !== undefined) {
    await list.run('structure', 'training configuration', () =>
      describeTraining(trainingConfig, source.name, kerasVersion),
    );
  }
  if (model !== undefined && model.layers.length > 0) {
    verifyLayers(model, weightsByLayer(file), list);
  }
  await verifyWeights(file, list);
  await list.readTensors('optimizer state', named(file.optimizerWeights ?? []));
}

async function verifyWeights(file: H5Weights, list: Checklist): Promise<void> {
  const weights = file.layers.flatMap((layer) => layer.weights);
  await list.readTensors('tensors', named([...weights, ...(file.topLevelWeights ?? [])]));
}

/** Checks weights in the v3 layout. */
export async function verifyWeightsV3(file: H5WeightsV3, list: Checklist): Promise<void> {
  const tensors = [...file].flatMap(([path, { variables }]) =>
    variables.map((tensor, i) => [`${path}/vars/${i}`, tensor] as const),
  );
  await list.readTensors('tensors', tensors);
}

async function verifyDatasets(root: H5Group, list: Checklist): Promise<void> {
  const datasets = await list.run('structure', 'groups', async () => {
    const found: H5Dataset[] = [];
    for await (const object of walkH5(root, list.read.signal)) {
      if (object.kind === 'dataset') found.push(object);
    }
    return found;
  });
  for (const dataset of datasets ?? []) {
    const tensor = await list.run('structure', dataset.path, () => dataset.tensor());
    if (tensor !== undefined) await list.readTensors('tensors', [[dataset.path, tensor]]);
  }
}

function named(weights: readonly H5Weight[]): (readonly [string, LazyTensor])[] {
  return weights.map(({ name, tensor }) => [name, tensor]);
}

function weightsByLayer(file: H5Weights): WeightsByLayer {
  return new Map(
    file.layers.map((layer) => [
      layer.name,
      layer.weights.map(({ name, tensor }) => tensorFacts(name, tensor)),
    ]),
  );
}
