export {
  type ConfigPath,
  configError,
  formatPath,
  requireArray,
  requireBoolean,
  requireInteger,
  requireNumber,
  requireObject,
  requireString,
} from './config-path.ts';
export {
  type ConfigDialect,
  type DetectDialectOptions,
  detectDialect,
  statedVersion,
} from './dialect.ts';
export { ATTENTION_SHAPES, toWidestForm } from './downgrade.ts';
export { KERAS_FLOAT_KEYS } from './float-keys.ts';
export {
  copyFloatMarks,
  floatMarks,
  isWholeFloat,
  mapArray,
  mapObject,
  markFloats,
  renameKeys,
} from './floats.ts';
export {
  type CallArgument,
  type ConstantArgument,
  decodeArgument,
  decodeInboundNodes,
  encodeInboundNodes,
  type LayerCall,
  type TensorReference,
} from './inbound-nodes.ts';
export {
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  type MutableJsonObject,
} from './json-value.ts';
export { type KerasV3Parts, toKerasV3 } from './keras-v3.ts';
export {
  type FunctionalConfig,
  type LayerEntry,
  type ModelConfig,
  readModelConfig,
  type SequentialConfig,
} from './model-config.ts';
export { type ParseConfigOptions, parseConfig } from './parse-config.ts';
export { type PrintConfigOptions, printConfig } from './print-config.ts';
export { pythonFloat } from './python-float.ts';
export {
  isSerializedObject,
  isV3Object,
  lookupName,
  requireConfig,
  requireSerializedObject,
  type SerializedObject,
} from './serialized-object.ts';
export { type ConfigShape, dtypeName, requireShape, sequenceItems } from './shapes.ts';
export { readTrainingConfig, type TrainingConfig } from './training-config.ts';
export { upgradeModelConfig, upgradeTrainingConfig, upgradeValue } from './upgrade.ts';
export { countsConstruction } from './upgrade-keras-3-nodes.ts';
