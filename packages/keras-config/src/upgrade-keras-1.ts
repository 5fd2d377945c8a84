import { UnsupportedError } from '@km/core';
import { type ConfigPath, formatPath } from './config-path.ts';
import { mapArray, mapObject, renameKeys } from './floats.ts';
import {
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  type MutableJsonObject,
} from './json-value.ts';
import { KERAS_1_CLASSES, KERAS_1_MERGES, keras1Arguments } from './keras-1-tables.ts';
import { isSerializedObject, type SerializedObject } from './serialized-object.ts';

/** Rewrites a value of Keras 1 with the class and argument names of Keras 2; `path` is where it stands. */
export function upgradeKeras1(value: JsonValue, path: ConfigPath): JsonValue {
  if (isJsonArray(value)) {
    return mapArray(value, (item, index) => upgradeKeras1(item, [...path, index]));
  }
  if (!isJsonObject(value)) return value;
  const object = mapObject(value, (member, key) => upgradeKeras1(member, [...path, key]));
  return isSerializedObject(object) ? upgradeObject(object, path) : object;
}

function upgradeObject(object: SerializedObject, path: ConfigPath): JsonValue {
  if (!isJsonObject(object.config)) return object;
  if (object.class_name === 'Merge') return upgradeMerge(object, object.config, path);
  const config = upgradeArguments(object.class_name, object.config, path);
  if (object.class_name === 'TimeDistributedDense') return timeDistributed(object, config);
  const className = KERAS_1_CLASSES.get(object.class_name) ?? object.class_name;
  return withClass(object, className, config);
}

function withClass(object: SerializedObject, className: string, config: JsonObject): JsonObject {
  return mapObject(object, (value, key) => {
    if (key === 'class_name') return className;
    return key === 'config' ? config : value;
  });
}

function upgradeArguments(className: string, config: JsonObject, path: ConfigPath): JsonObject {
  refuseLostMeaning(className, config, path);
  const renamed: MutableJsonObject = mapObject(
    renameKeys(withKernelSize(config), keras1Arguments(className)),
    upgradeArgument,
  );
  if (config.dim_ordering === 'default') delete renamed.data_format;
  if (config.forget_bias_init !== undefined) {
    renamed.unit_forget_bias = isOne(config.forget_bias_init);
  }
  // Keras 2 since 2.1 resets after the product unless a file says otherwise.
  if (className === 'GRU') renamed.reset_after = false;
  const shape = batchInputShape(className, config);
  if (shape !== undefined) renamed.batch_input_shape = shape;
  return renamed;
}

function isOne(initializer: JsonValue): boolean {
  return initializer === 'one' || initializer === 'ones';
}

/** Joins `nb_row` and `nb_col`, or the three `kernel_dim`s, into `kernel_size`. */
function withKernelSize(config: JsonObject): JsonObject {
  const keys = ['nb_row', 'nb_col', 'kernel_dim1', 'kernel_dim2', 'kernel_dim3'];
  const sizes = keys.map((key) => config[key]).filter((size) => size !== undefined);
  if (sizes.length === 0) return config;
  const rest = renameKeys(config, new Map(keys.map((key) => [key, null])));
  rest.kernel_size = sizes;
  return rest;
}

/** Input shape that Keras 1 derives from `input_dim` and `input_length`. */
function batchInputShape(className: string, config: JsonObject): JsonArray | undefined {
  const size = config.input_dim;
  if (config.batch_input_shape !== undefined || typeof size !== 'number') return undefined;
  if (className === 'Dense') return [null, size];
  if (!/^(LSTM|GRU|SimpleRNN|TimeDistributedDense|\w*Convolution1D)$/.test(className))
    return undefined;
  return [null, config.input_length ?? null, size];
}

function upgradeArgument(value: JsonValue, key: string): JsonValue {
  if (key === 'data_format' && value === 'th') return 'channels_first';
  if (key === 'data_format' && value === 'tf') return 'channels_last';
  if (!isJsonObject(value) || isSerializedObject(value)) return value;
  if (key.endsWith('_regularizer')) return upgradeRegularizer(value);
  return key.endsWith('_constraint') ? upgradeConstraint(value) : value;
}

function upgradeRegularizer(value: JsonObject): JsonValue {
  return { class_name: 'L1L2', config: renameKeys(value, new Map([['name', null]])) };
}

function upgradeConstraint(value: JsonObject): JsonValue {
  const names = new Map([
    ['maxnorm', 'MaxNorm'],
    ['nonneg', 'NonNeg'],
    ['unitnorm', 'UnitNorm'],
  ]);
  const name = typeof value.name === 'string' ? value.name : '';
  const config = renameKeys(
    value,
    new Map([
      ['name', null],
      ['m', 'max_value'],
    ]),
  );
  return { class_name: names.get(name.toLowerCase()) ?? name, config };
}

function upgradeMerge(object: SerializedObject, config: JsonObject, path: ConfigPath): JsonObject {
  const mode = config.mode;
  const className = typeof mode === 'string' ? KERAS_1_MERGES.get(mode) : undefined;
  if (className === undefined || 'layers' in config) {
    throw unsupported(
      path,
      `Merge with ${typeof mode === 'string' ? `mode ${mode}` : 'a function'} has no counterpart in Keras 2`,
    );
  }
  const upgraded: MutableJsonObject = { name: config.name ?? null };
  if (className === 'Concatenate') upgraded.axis = config.concat_axis ?? -1;
  if (className === 'Dot') {
    upgraded.axes = config.dot_axes ?? -1;
    upgraded.normalize = mode === 'cos';
  }
  return withClass(object, className, upgraded);
}

function timeDistributed(object: SerializedObject, dense: JsonObject): JsonObject {
  const outer: MutableJsonObject = {
    name: dense.name ?? null,
    trainable: dense.trainable ?? true,
  };
  if (dense.batch_input_shape !== undefined) {
    outer.batch_input_shape = dense.batch_input_shape;
  }
  const inner = renameKeys(dense, new Map([['batch_input_shape', null]]));
  outer.layer = { class_name: 'Dense', config: inner };
  return withClass(object, 'TimeDistributed', outer);
}

function refuseLostMeaning(className: string, config: JsonObject, path: ConfigPath): void {
  if (className === 'BatchNormalization' && config.mode !== undefined && config.mode !== 0) {
    throw unsupported(path, 'BatchNormalization with a mode other than 0 is not in Keras 2');
  }
  if (className === 'Embedding' && typeof config.dropout === 'number' && config.dropout > 0) {
    throw unsupported(path, 'dropout of an Embedding is not in Keras 2');
  }
  if (className === 'MaxoutDense' || className === 'Highway') {
    throw unsupported(path, `${className} is not in Keras 2`);
  }
}

function unsupported(path: ConfigPath, what: string): UnsupportedError {
  const where = formatPath(path);
  return new UnsupportedError(
    `${where}: ${what}; rebuild the model with layers of Keras 2 and load its weights by name.`,
    { path: where },
  );
}
