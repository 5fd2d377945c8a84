import type { ByteSource, LazyTensor } from '@km/core';
import type { H5Layer, H5Model, H5Weight, H5Weights } from '@km/hdf5';
import { formatBytes } from '../text/format.ts';
import type { PrintableObject } from '../text/print-json.ts';
import type { FactSection, Section } from '../text/section.ts';
import {
  layerTable,
  modelFacts,
  tensorTable,
  totalFact,
  trainingSection,
  type WeightsByLayer,
} from './common-sections.ts';
import { describeModel } from './describe-config.ts';
import { describeTraining } from './describe-training.ts';
import { inspectH5Tree } from './inspect-h5-tree.ts';
import { inspectWeightsV3 } from './inspect-weights-v3.ts';
import {
  type Inspection,
  type InspectOptions,
  parameterCount,
  type TensorFacts,
  tensorFacts,
} from './inspection.ts';

/** Describes an HDF5 file: a whole model, weights of either layout, or whatever else it holds. */
export async function inspectH5(source: ByteSource, options: InspectOptions): Promise<Inspection> {
  const { detectH5Kind, openH5, readModelH5, readWeightsH5, readWeightsV3 } = await import(
    '@km/hdf5'
  );
  const read = { signal: options.signal };
  switch (await detectH5Kind(source, read)) {
    case 'model':
      return inspectModel(source, await readModelH5(source, read), options);
    case 'weights':
      return inspectWeights(source, await readWeightsH5(source, read), options);
    case 'weights-v3':
      return inspectWeightsV3(source, await readWeightsV3(source, read));
    case 'other':
      return inspectH5Tree(source, await openH5(source, read), read);
  }
}

function inspectModel(source: ByteSource, file: H5Model, options: InspectOptions): Inspection {
  const { kerasVersion } = file;
  const model = describeModel(file.modelConfig, `${source.name} model_config`, kerasVersion);
  const training =
    file.trainingConfig === undefined
      ? undefined
      : describeTraining(file.trainingConfig, `${source.name} training_config`, kerasVersion);
  const state = file.optimizerWeights?.map(weightFacts);
  const weights = weightsByLayer(file);
  const all = allWeights(file);
  return {
    json: {
      ...fileFacts(source, 'model', file),
      model,
      training,
      parameters: parameterCount(all),
      weights: weightsJson(file),
      optimizer_weights: state,
    },
    sections: [
      {
        facts: [
          ...headFacts(source, 'whole model', file),
          ...modelFacts(model),
          ['weights', totalFact(all)],
        ],
      },
      ...(model.layers.length === 0 ? weightSections(file) : layerTable(model, weights)),
      trainingSection(training, state),
      ...(options.tensors
        ? [tensorTable('Weights', all), tensorTable('Optimizer state', state ?? [])]
        : []),
    ],
  };
}

function inspectWeights(source: ByteSource, file: H5Weights, options: InspectOptions): Inspection {
  const all = allWeights(file);
  return {
    json: {
      ...fileFacts(source, 'weights', file),
      parameters: parameterCount(all),
      weights: weightsJson(file),
    },
    sections: [
      {
        facts: [...headFacts(source, 'weights only', file), ['weights', totalFact(all)]],
      },
      ...(options.tensors ? [tensorTable('Weights', all)] : weightSections(file)),
    ],
  };
}

function fileFacts(source: ByteSource, holds: string, file: H5Weights): PrintableObject {
  return {
    format: 'h5',
    path: source.name,
    byteLength: source.byteLength,
    holds,
    keras_version: file.kerasVersion,
    backend: file.backend,
  };
}

function headFacts(source: ByteSource, holds: string, file: H5Weights): FactSection['facts'] {
  return [
    ['file', `${source.name} (${formatBytes(source.byteLength)})`],
    ['format', `HDF5, ${holds}`],
    ['Keras', file.kerasVersion],
    ['backend', file.backend],
  ];
}

/** Layers with their weights, for a file that has no architecture. */
function weightSections(file: H5Weights): Section[] {
  const layers = file.layers.filter(({ weights }) => weights.length > 0);
  return [
    {
      title: `Layers (${file.layers.length}, of which ${layers.length} have weights)`,
      head: ['layer', 'weight', 'dtype', 'shape'],
      rows: layers.flatMap((layer) =>
        layer.weights.map(({ name, tensor }, i) => [
          i === 0 ? layer.name : '',
          name,
          tensor.dtype,
          `(${tensor.shape.join(', ')})`,
        ]),
      ),
    },
  ];
}

function weightsJson(file: H5Weights): readonly PrintableObject[] {
  return file.layers.map(({ name, weights }) => ({
    layer: name,
    weights: weights.map(weightFacts),
  }));
}

function weightsByLayer(file: H5Weights): WeightsByLayer {
  return new Map(file.layers.map((layer: H5Layer) => [layer.name, layer.weights.map(weightFacts)]));
}

function allWeights(file: H5Weights): readonly TensorFacts[] {
  const layers = file.layers.flatMap(({ weights }) => weights);
  return [...layers, ...(file.topLevelWeights ?? [])].map(weightFacts);
}

function weightFacts({ name, tensor }: H5Weight<LazyTensor>): TensorFacts {
  return tensorFacts(name, tensor);
}
