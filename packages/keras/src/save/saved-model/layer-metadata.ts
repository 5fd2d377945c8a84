import { type JsonObject, type JsonValue, toWidestForm } from '@km/keras-config';
import {
  getClassName,
  InputLayer,
  InputSpec,
  type Layer,
  Model,
  metrics,
  regularizers,
  serialize_keras_object,
  skip_failed_serialization,
} from '@km/layers';
import { isLookupLayer } from '../../load/vocabulary.ts';
import { shapeJson, tuple, withTuples } from './keras-json.ts';
import { modelMetadata } from './model-metadata.ts';
import { type HasTable, learnedVocabularies, withVocabularies } from './vocabularies.ts';

/** Layers that Keras never revives from their functions, only from their config. */
const FROM_CONFIG_ONLY: ReadonlySet<string> = new Set([
  'Discretization',
  'IntegerLookup',
  'Normalization',
  'SlicingOpLambda',
  'StringLookup',
  'TFOpLambda',
  'TextVectorization',
]);

/** True for a layer that Keras makes anew from its config, without functions. */
export function isFromConfigOnly(layer: Layer): boolean {
  const says = '_must_restore_from_config' in layer && layer._must_restore_from_config === true;
  return says || FROM_CONFIG_ONLY.has(getClassName(layer));
}

/**
 * What Keras notes of a layer, model or metric beside the objects (keras/saving/legacy/saved_model).
 * @param expects_training_arg Whether its functions are told whether they train.
 */
export function metadataOf(
  layer: Layer,
  expects_training_arg: boolean,
  hasTable: HasTable,
): JsonObject {
  const described = describe(layer, hasTable);
  if (layer instanceof metrics.Metric) return metricMetadata(layer, described);
  if (layer instanceof InputLayer) return inputMetadata(layer, described);
  const shared = { ...common(layer, described), expects_training_arg };
  if (layer instanceof Model) return modelMetadata(layer, described, shared);
  return { ...shared, stateful: layer.stateful, ...described, ...built(layer) };
}

/** Class and config of a layer; a config that the layer cannot give is marked as missing. */
function describe(layer: Layer, hasTable: HasTable): JsonObject {
  const described = skip_failed_serialization(() => serialize_keras_object(layer));
  const learned = learnedVocabularies(layer, hasTable);
  const complete = withVocabularies(described as unknown as JsonValue, learned);
  return withTuples(toWidestForm(complete)) as JsonObject;
}

/** What layers and models have in common. */
function common(layer: Layer, { config }: JsonObject): JsonObject {
  // Where the config leaves the dtype to the version that reads it, so does this.
  const dtype =
    (config as JsonObject | undefined)?.dtype ?? (isLookupLayer(layer) ? null : policyOf(layer));
  const shape = layer._batch_input_shape;
  return {
    name: layer.name,
    trainable: layer.trainable,
    dtype,
    batch_input_shape: shape === null ? null : tuple([...shape]),
    must_restore_from_config: isFromConfigOnly(layer),
    preserve_input_structure_in_config: layer._preserve_input_structure_in_config,
    autocast: layer.autocast,
  };
}

function policyOf({ dtype_policy: { name } }: Layer): JsonValue {
  if (name === '_infer') return null;
  return name.startsWith('mixed_') ? { class_name: 'Policy', config: { name } } : name;
}

/** How a layer was built, and what it demands. */
function built(layer: Layer): JsonObject {
  const shape = layer._build_input_shape;
  const { activity_regularizer: regularizer } = layer;
  const spec = specJson(layer.input_spec);
  return {
    ...(spec === null ? {} : { input_spec: spec }),
    ...(regularizer === null || !isBuiltIn(regularizer)
      ? {}
      : { activity_regularizer: serialize_keras_object(regularizer as never) as never }),
    ...(shape === null ? {} : { build_input_shape: shapeJson(shape) }),
  };
}

/** True for a regularizer that Keras has; it refuses layers with another one, which comes back from its function. */
function isBuiltIn(regularizer: object): boolean {
  return Object.values<unknown>(regularizers).includes(regularizer.constructor);
}

function specJson(spec: unknown): JsonValue {
  if (Array.isArray(spec)) return spec.map(specJson);
  if (typeof spec !== 'object' || spec === null) return null;
  if (!(spec instanceof InputSpec)) {
    return Object.fromEntries(Object.entries(spec).map(([name, part]) => [name, specJson(part)]));
  }
  const { dtype, shape, ndim, max_ndim, min_ndim, axes } = spec;
  return {
    class_name: 'InputSpec',
    config: {
      dtype,
      shape: shape === null ? null : tuple([...shape]),
      ndim,
      max_ndim,
      min_ndim,
      axes: Object.fromEntries(Object.entries(axes)),
    } as JsonObject,
  };
}

function metricMetadata({ name, dtype }: Layer, described: JsonObject): JsonObject {
  return { ...described, name, dtype };
}

function inputMetadata(layer: InputLayer, described: JsonObject): JsonObject {
  const { name, dtype, sparse, ragged, batch_input_shape } = described.config as Record<
    string,
    JsonValue
  >;
  return {
    class_name: 'InputLayer',
    name: name ?? layer.name,
    dtype: dtype ?? null,
    sparse: sparse ?? false,
    ragged: ragged ?? false,
    batch_input_shape: batch_input_shape ?? null,
    config: described.config ?? {},
  };
}
