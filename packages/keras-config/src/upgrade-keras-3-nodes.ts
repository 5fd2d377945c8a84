import { UnsupportedError } from '@km/core';
import {
  type ConfigPath,
  formatPath,
  requireArray,
  requireInteger,
  requireObject,
  requireString,
} from './config-path.ts';
import { copyFloatMarks, isWholeFloat, mapObject } from './floats.ts';
import {
  type CallArgument,
  encodeInboundNodes,
  type LayerCall,
  withFloat,
} from './inbound-nodes.ts';
import { isJsonArray, isJsonObject, type JsonArray, type JsonValue } from './json-value.ts';
import { type OperationSpelling, operationSpellings } from './keras-3-operations.ts';
import { isSerializedObject, type SerializedObject } from './serialized-object.ts';

const OPERATIONS = 'keras.src.ops.';

/** True for a layer of Keras 3 that is an operation, such as `x + 1`, by its module. */
export function hasOperationModule(object: SerializedObject): boolean {
  return typeof object.module === 'string' && object.module.startsWith(OPERATIONS);
}

/** HDF5 files have no modules; there an operation is known by its config, that lacks what every layer has. */
function isOperation(layer: SerializedObject, spellings: Spellings): boolean {
  if (hasOperationModule(layer)) return true;
  if (!isJsonObject(layer.config) || 'trainable' in layer.config) return false;
  return spellings.has(layer.class_name) || layer.class_name === 'GetItem';
}

/**
 * Rewrites the layers of a functional model of Keras 3 with canonical `inbound_nodes`.
 *
 * Operations become TFOpLambda layers. Calls of nested models are counted from 0 in Keras 3 and from 1 in the canonical form.
 */
export function upgradeFunctionalLayers(layers: JsonArray, path: ConfigPath): JsonArray {
  const nested = new Set<JsonValue>();
  for (const layer of layers) {
    if (isSerializedObject(layer) && countsConstruction(layer)) nested.add(layer.name ?? null);
  }
  const spellings = operationSpellings();
  const upgraded = layers.map((layer, index) => {
    if (!isSerializedObject(layer)) return layer;
    return upgradeLayer(layer, { nested, spellings, path: [...path, index] });
  });
  return copyFloatMarks(layers, upgraded);
}

/**
 * True for a nested model whose own construction counts as its call 0: a functional one, or a Sequential one whose
 * input shape is known.
 */
export function countsConstruction(layer: SerializedObject): boolean {
  if (!isJsonObject(layer.config) || !isJsonArray(layer.config.layers)) return false;
  if (layer.class_name !== 'Sequential') return true;
  const first = layer.config.layers[0];
  if (!isSerializedObject(first)) return false;
  if (first.class_name === 'InputLayer') return true;
  return isJsonObject(first.config) && isJsonArray(first.config.batch_input_shape);
}

type Spellings = ReadonlyMap<string, OperationSpelling>;

interface Context {
  readonly nested: ReadonlySet<JsonValue>;
  readonly spellings: Spellings;
  readonly path: ConfigPath;
}

function upgradeLayer(layer: SerializedObject, context: Context): JsonValue {
  const path = [...context.path, 'inbound_nodes'];
  const nodes = requireArray(layer.inbound_nodes ?? [], path);
  const calls = nodes.map((node, index) => readCall(node, [...path, index], layer, context));
  if (!isOperation(layer, context.spellings)) {
    return mapObject(layer, (value, key) =>
      key === 'inbound_nodes' ? encodeInboundNodes(calls) : value,
    );
  }
  return operationLayer(layer, calls, context);
}

function operationLayer(
  layer: SerializedObject,
  calls: readonly LayerCall[],
  context: Context,
): JsonValue {
  const name = layer.name ?? null;
  const isSlice = layer.class_name === 'GetItem';
  const symbol = isSlice
    ? '__operators__.getitem'
    : context.spellings.get(layer.class_name)?.symbol;
  if (symbol === undefined) {
    const where = formatPath(context.path);
    throw new UnsupportedError(
      `${where}: operation ${layer.class_name} of Keras 3 has no counterpart in TensorFlow; ` +
        'put the computation into a layer class and pass it in custom_objects.',
      { path: where },
    );
  }
  return {
    class_name: isSlice ? 'SlicingOpLambda' : 'TFOpLambda',
    config: { name, trainable: true, dtype: 'float32', function: symbol },
    name,
    inbound_nodes: encodeInboundNodes(calls, true),
  };
}

function readCall(
  value: JsonValue,
  path: ConfigPath,
  layer: SerializedObject,
  context: Context,
): LayerCall {
  const node = requireObject(value, path);
  const args = requireArray(node.args, [...path, 'args']);
  const named = requireObject(node.kwargs ?? {}, [...path, 'kwargs']);
  const kwargs = new Map<string, CallArgument>();
  const read = (argument: JsonValue, isFloat: boolean): CallArgument =>
    withFloat(readArgument(argument, path, context.nested), isFloat);
  for (const [index, argument] of args.entries()) {
    if (index === 0) continue;
    const name = positionalName(layer, index - 1, path, context.spellings);
    kwargs.set(name, read(argument, isWholeFloat(args, index)));
  }
  for (const [key, argument] of Object.entries(named)) {
    // Keras 3 passes `mask: null` to every nested model; absence means the same.
    if (key !== 'mask' || argument !== null) {
      kwargs.set(key, read(argument, isWholeFloat(named, key)));
    }
  }
  if (isOperation(layer, context.spellings)) addConfigArguments(layer, kwargs, context.spellings);
  return { inputs: read(args[0] ?? null, isWholeFloat(args, 0)), kwargs };
}

function addConfigArguments(
  layer: SerializedObject,
  kwargs: Map<string, CallArgument>,
  spellings: Spellings,
): void {
  const config = isJsonObject(layer.config) ? layer.config : {};
  for (const [key, name] of spellings.get(layer.class_name)?.config ?? []) {
    const value = config[key];
    if (value === undefined) continue;
    kwargs.set(name, withFloat({ kind: 'constant', value }, isWholeFloat(config, key)));
  }
}

function readArgument(
  value: JsonValue,
  path: ConfigPath,
  nested: ReadonlySet<JsonValue>,
): CallArgument {
  if (isSerializedObject(value) && value.class_name === '__keras_tensor__') {
    return readTensor(value, path, nested);
  }
  if (!holdsTensor(value)) return { kind: 'constant', value };
  if (isJsonArray(value)) {
    return { kind: 'list', items: value.map((item) => readArgument(item, path, nested)) };
  }
  const members = Object.entries(requireObject(value, path));
  return {
    kind: 'dict',
    entries: new Map(members.map(([key, item]) => [key, readArgument(item, path, nested)])),
  };
}

function readTensor(
  value: SerializedObject,
  path: ConfigPath,
  nested: ReadonlySet<JsonValue>,
): CallArgument {
  const config = requireObject(value.config, path);
  const historyPath = [...path, 'keras_history'];
  const history = requireArray(config.keras_history, historyPath);
  const layer = requireString(history[0], [...historyPath, 0]);
  const call = requireInteger(history[1], [...historyPath, 1]);
  return {
    kind: 'tensor',
    layer,
    node: call + (nested.has(layer) ? 1 : 0),
    tensor: requireInteger(history[2], [...historyPath, 2]),
  };
}

function holdsTensor(value: JsonValue): boolean {
  if (isJsonArray(value)) return value.some(holdsTensor);
  if (!isJsonObject(value)) return false;
  return value.class_name === '__keras_tensor__' || Object.values(value).some(holdsTensor);
}

const RECURRENT_ARGUMENTS = ['initial_state', 'mask', 'training'];
/** Keras 3's order of `call` arguments after the first, where it is not `training`. */
const CALL_ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'MultiHeadAttention',
    ['value', 'key', 'query_mask', 'value_mask', 'key_mask', 'attention_mask'],
  ],
  ['RNN', RECURRENT_ARGUMENTS],
  ['LSTM', RECURRENT_ARGUMENTS],
  ['GRU', RECURRENT_ARGUMENTS],
  ['SimpleRNN', RECURRENT_ARGUMENTS],
  ['ConvLSTM1D', RECURRENT_ARGUMENTS],
  ['ConvLSTM2D', RECURRENT_ARGUMENTS],
  ['ConvLSTM3D', RECURRENT_ARGUMENTS],
  ['Bidirectional', RECURRENT_ARGUMENTS],
  ['Attention', ['mask', 'training']],
  ['AdditiveAttention', ['mask', 'training']],
  ['BatchNormalization', ['training', 'mask']],
  ['Dropout', ['training']],
  ['GaussianNoise', ['training']],
  ['GaussianDropout', ['training']],
  ['AlphaDropout', ['training']],
  ['Functional', ['training', 'mask']],
  ['Sequential', ['training', 'mask']],
  ['GetItem', ['slice_spec']],
]);

function positionalName(
  layer: SerializedObject,
  index: number,
  path: ConfigPath,
  spellings: Spellings,
): string {
  const names = isOperation(layer, spellings)
    ? (spellings.get(layer.class_name)?.rest ?? CALL_ARGUMENTS.get(layer.class_name))
    : CALL_ARGUMENTS.get(layer.class_name);
  const name = names?.[index];
  if (name !== undefined) return name;
  throw new UnsupportedError(
    `${formatPath(path)}: the name of positional argument ${index + 1} of ${layer.class_name} is not known; ` +
      'call the layer with keyword arguments and save the model again.',
    { path: formatPath(path) },
  );
}
