import type { Tensor, WriteOptions } from '@km/core';
import {
  type H5Model,
  type H5Output,
  type H5Weight,
  type H5Weights,
  writeModelH5,
  writeWeightsH5,
} from '@km/hdf5';
import type { Model, Variable } from '@km/layers';
import { topLevelWeights } from '../load/match-layers.ts';
import { KERAS_VERSION, modelConfigText, requireArchitecture } from './model-json.ts';
import { trainingConfigText } from './training-config.ts';

/** Writes a whole model as Keras 2.15 writes `.h5`, in the form that TensorFlow 2.4 to 2.19 and tf_keras read. */
export async function saveModelH5(
  model: Model,
  output: H5Output,
  include_optimizer: boolean,
  options?: WriteOptions,
): Promise<void> {
  requireArchitecture(model, 'HDF5');
  const training = trainingConfigText(model, include_optimizer);
  const stored: H5Model<Tensor> = {
    ...weightsOf(model),
    modelConfig: modelConfigText(model),
    ...(training === undefined ? {} : { trainingConfig: training }),
    ...(include_optimizer ? { optimizerWeights: optimizerWeights(model) } : {}),
  };
  await writeModelH5(output, stored, options);
}

/** Writes the weights alone as `save_weights('x.h5')` does. */
export async function saveWeightsH5(
  model: Model,
  output: H5Output,
  options?: WriteOptions,
): Promise<void> {
  await writeWeightsH5(output, weightsOf(model), options);
}

function weightsOf(model: Model): H5Weights<Tensor> {
  return {
    kerasVersion: KERAS_VERSION,
    backend: 'tensorflow',
    layers: model.layers.map((layer) => ({ name: layer.name, weights: stored(layer.weights) })),
    topLevelWeights: stored(topLevelWeights(model)),
  };
}

/** State of the optimizer; `undefined` for one that has none yet. */
function optimizerWeights(model: Model): readonly H5Weight<Tensor>[] | undefined {
  const variables = model.optimizer?.variables ?? [];
  return variables.length === 0 ? undefined : stored(variables);
}

/** Keras's names in files end with the number of the output. */
function stored(variables: readonly Variable[]): readonly H5Weight<Tensor>[] {
  return variables.map((variable) => ({ name: `${variable.name}:0`, tensor: variable.record() }));
}
