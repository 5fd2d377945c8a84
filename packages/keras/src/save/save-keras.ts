import {
  type Tensor,
  UnsupportedError,
  type WritableStore,
  type WriteOptions,
  zipChunks,
} from '@km/core';
import {
  encodeWeightsV3,
  type H5Output,
  type H5Variables,
  type H5WeightsV3,
  writeWeightsV3,
} from '@km/hdf5';
import { type JsonValue, printConfig, toKerasV3 } from '@km/keras-config';
import { builtin_layers, Layer, type Model } from '@km/layers';
import { KERAS_2, nameByClass, walkV3 } from '../weights-v3/walk.ts';
import { architectureOf, KERAS_VERSION } from './model-json.ts';
import { compileConfig } from './training-config.ts';

/** Equal models give equal bytes, so the archive is not dated. */
const DATE_SAVED = '1980-01-01@00:00:00';

/** Writes the zip archive of Keras ≥ 2.12, in the form that TensorFlow 2.12 to 2.19 and Keras 3 read. */
export async function saveModelKeras(
  model: Model,
  target: { readonly store: WritableStore; readonly path: string },
  include_optimizer: boolean,
  options?: WriteOptions,
): Promise<void> {
  const weights = encodeWeightsV3(weightsV3Of(model, include_optimizer));
  const entries = [
    { key: 'metadata.json', data: ascii({ keras_version: KERAS_VERSION, date_saved: DATE_SAVED }) },
    { key: 'config.json', data: ascii(kerasConfig(model, include_optimizer)) },
    { key: 'model.weights.h5', data: weights.chunks(options) },
  ];
  await target.store.write(target.path, zipChunks(entries, options), { signal: options?.signal });
}

/** Writes the weights alone as `save_weights('x.weights.h5')` of Keras ≥ 2.12. */
export async function saveWeightsV3(
  model: Model,
  output: H5Output,
  options?: WriteOptions,
): Promise<void> {
  await writeWeightsV3(output, weightsV3Of(model, true), options);
}

function kerasConfig(model: Model, include_optimizer: boolean): JsonValue {
  const shape = model._build_input_shape as JsonValue;
  const builtIn = builtin_layers();
  return toKerasV3(architectureOf(model), {
    isBuiltIn: (class_name) => builtIn.has(class_name),
    buildConfig: shape === null ? undefined : { input_shape: shape },
    compileConfig: compileConfig(model, include_optimizer),
  });
}

/** All objects of a model with their variables, empty ones too: TF-Keras demands a group for each. */
function weightsV3Of(model: Model, include_optimizer: boolean): H5WeightsV3<Tensor> {
  const objects = new Map<string, H5Variables<Tensor>>();
  for (const { path, layer, variables } of walkV3(model, KERAS_2)) {
    if (objects.has(path)) {
      throw new UnsupportedError(
        `Two layers would stand at ${path}; the second is ${layer.name}.`,
        { path },
      );
    }
    objects.set(path, { variables: variables.map((variable) => variable.record()) });
  }
  if (include_optimizer) addTrainingState(model, objects);
  return objects;
}

/** State of the optimizer and of the metrics, which TF-Keras demands of the weights of a compiled model. */
function addTrainingState(model: Model, objects: Map<string, H5Variables<Tensor>>): void {
  const state = model.optimizer?.variables ?? [];
  if (state.length > 0) objects.set('optimizer', { variables: state.map((v) => v.record()) });
  const optimizer = model.optimizer;
  if (optimizer !== null && 'inner_optimizer' in optimizer) {
    const inner = optimizer.inner_optimizer.variables;
    objects.set('optimizer/inner_optimizer', { variables: inner.map((v) => v.record()) });
  }
  const metrics = model.metrics.filter((metric) => metric instanceof Layer);
  for (const [path, metric] of nameByClass(metrics, 'metrics')) {
    objects.set(path, { variables: metric.weights.map((v) => v.record()) });
  }
}

function ascii(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(printConfig(value));
}
