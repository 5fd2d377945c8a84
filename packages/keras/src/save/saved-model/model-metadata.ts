import type { JsonObject, JsonValue } from '@km/keras-config';
import { type KerasTensor, type Model, nest } from '@km/layers';
import { KERAS_VERSION } from '../model-json.ts';
import { modelInputs } from './input-specs.ts';
import { shapeJson, specJson, tuple } from './keras-json.ts';

/** Key of a config that a class could not give. */
const WITHOUT_CONFIG = 'layer was saved without config';

/** What Keras notes of a model, from its class and config and what it has in common with layers. */
export function modelMetadata(model: Model, described: JsonObject, common: JsonObject): JsonObject {
  const { class_name = '', config } = described;
  const hasConfig = typeof config === 'object' && config !== null && !(WITHOUT_CONFIG in config);
  const known: JsonObject = hasConfig ? { class_name, config } : { class_name };
  const shape = model._build_input_shape;
  return {
    ...common,
    ...known,
    ...(shape === null ? {} : { build_input_shape: shapeJson(shape) }),
    is_graph_network: model._is_graph_network,
    ...saveSpecs(model),
    keras_version: KERAS_VERSION,
    backend: 'tensorflow',
    model_config: known,
  };
}

/** Specs of the arguments with which a model is called; Keras up to 2.5 knows those of the first argument. */
function saveSpecs(model: Model): JsonObject {
  const called = modelInputs(model);
  if (called === null) return { full_save_spec: null, save_spec: null };
  const first = nest.mapStructure<KerasTensor, unknown>(called.inputs, ({ shape, dtype, name }) =>
    specJson(shape, dtype, name),
  ) as JsonValue;
  return { full_save_spec: tuple([[first], {}]), save_spec: first };
}
