import { mapArray, mapObject } from './floats.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { toKerasV3CompileConfig } from './keras-v3-compile.ts';
import {
  isSerializedObject,
  requireSerializedObject,
  type SerializedObject,
} from './serialized-object.ts';
import { dtypeName } from './shapes.ts';

/** What stands beside the architecture in `config.json` of a `.keras` archive. */
export interface KerasV3Parts {
  /** Shape that the model was built with. */
  readonly buildConfig?: JsonValue | undefined;
  /** True for the classes of Keras itself; all are unless it is given. */
  readonly isBuiltIn?: ((class_name: string) => boolean) | undefined;
  /** Arguments of `compile`, their objects in the legacy form. */
  readonly compileConfig?: JsonValue | undefined;
}

/**
 * Makes the `config.json` of a `.keras` archive from a canonical architecture, as every release from 2.12 on reads it.
 *
 * Layers get `module: "keras.layers"`; a functional model is written as `keras` / `Model`, the one spelling that is not
 * tied to a release; an `axis` that is a list of one, which Keras 3 refuses, becomes an integer.
 */
export function toKerasV3(model: JsonValue, parts: KerasV3Parts = {}): JsonObject {
  const object = requireSerializedObject(model, []);
  return {
    ...v3Object(object, parts.isBuiltIn ?? (() => true)),
    ...(parts.buildConfig === undefined ? {} : { build_config: parts.buildConfig }),
    ...(isJsonObject(parts.compileConfig)
      ? { compile_config: toKerasV3CompileConfig(parts.compileConfig) }
      : {}),
  };
}

/** Adds `module` and `registered_name` to a layer or model, and to the layers inside of a model. */
type IsBuiltIn = (class_name: string) => boolean;

function v3Object(object: SerializedObject, isBuiltIn: IsBuiltIn): JsonObject {
  const spelling = v3Spelling(object, isBuiltIn);
  const config = isJsonObject(object.config)
    ? v3Config(object.class_name, object.config, isBuiltIn)
    : object.config;
  const result = mapObject(object, (value, key) => {
    if (key === 'config') return config;
    return key in spelling ? undefined : value;
  });
  return { ...spelling, ...result, class_name: spelling.class_name };
}

interface V3Spelling extends JsonObject {
  readonly module: string | null;
  readonly class_name: string;
  readonly registered_name: string | null;
}

function v3Spelling(object: SerializedObject, isBuiltIn: IsBuiltIn): V3Spelling {
  const name = object.class_name;
  if (name.includes('>') || !isBuiltIn(name)) {
    // 2.12 looks the class up by the first name, later releases by the second.
    return { module: null, class_name: name, registered_name: name };
  }
  switch (name) {
    case 'Functional':
      return { module: 'keras', class_name: 'Model', registered_name: null };
    case 'Sequential':
      return { module: 'keras', class_name: name, registered_name: null };
    case 'TFOpLambda':
    case 'SlicingOpLambda':
      // Not public: each release finds them in its own module, so that these files stay tied to 2.13 – 2.15.
      return {
        module: 'keras.src.layers.core.tf_op_layer',
        class_name: name,
        registered_name: name,
      };
    default:
      return { module: 'keras.layers', class_name: name, registered_name: null };
  }
}

/** Arguments under which a layer holds other layers. */
const INNER_LAYERS: ReadonlySet<string> = new Set([
  'layer',
  'backward_layer',
  'cell',
  'cells',
  'layers',
]);

function v3Config(className: string, config: JsonObject, isBuiltIn: IsBuiltIn): JsonObject {
  return mapObject(config, (value, key) => {
    if (INNER_LAYERS.has(key)) return v3Layers(value, isBuiltIn);
    return isRefused(className, key, value) ? undefined : v3Argument(className, key, value);
  });
}

function v3Argument(className: string, key: string, value: JsonValue): JsonValue {
  if (key === 'dtype') return dtypeName(value) ?? value;
  const isAxes = key === 'axis' && className === 'BatchNormalization' && isJsonArray(value);
  return isAxes && value.length === 1 ? (value[0] ?? null) : value;
}

/** Arguments of Keras 2 that Keras 3 refuses, where they say no more than their absence. */
const NEUTRAL: readonly (readonly [classes: RegExp, key: string, value: JsonValue])[] = [
  [/RNN$|LSTM|GRU/, 'time_major', false],
  [/^Depthwise|^Separable|Transpose$/, 'groups', 1],
  [/^SpatialDropout|^Discretization$/, 'trainable', true],
];

function isRefused(className: string, key: string, value: JsonValue): boolean {
  // The InputLayer says it.
  if (key === 'batch_input_shape') return className !== 'InputLayer';
  // Both have their own initializers; Keras 2 writes those of its base class too.
  if (/^kernel_(initializer|regularizer|constraint)$/.test(key)) {
    return /^(Depthwise|Separable)Conv/.test(className);
  }
  return NEUTRAL.some(([classes, name, neutral]) => {
    return name === key && neutral === value && classes.test(className);
  });
}

function v3Layers(value: JsonValue, isBuiltIn: IsBuiltIn): JsonValue {
  if (isJsonArray(value)) return mapArray(value, (item) => v3Layers(item, isBuiltIn));
  return isSerializedObject(value) ? v3Object(value, isBuiltIn) : value;
}
