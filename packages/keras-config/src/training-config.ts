import { type ConfigPath, configError, requireObject } from './config-path.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isSerializedObject, type SerializedObject } from './serialized-object.ts';

/** Arguments of `compile` as a file stores them. */
export interface TrainingConfig {
  /** Optimizer object, or the name that was given to `compile`; undefined when the file has none. */
  readonly optimizer_config: SerializedObject | string | undefined;
  /** Name, object, or list or dict of these. */
  readonly loss: JsonValue;
  readonly metrics: JsonValue;
  readonly weighted_metrics: JsonValue;
  readonly loss_weights: JsonValue;
  readonly sample_weight_mode: JsonValue;
  /** The whole object, with keys that this package does not know. */
  readonly config: JsonObject;
}

/** Reads a canonical training config (see `upgradeTrainingConfig`). @throws MalformedError that names the path. */
export function readTrainingConfig(
  value: JsonValue,
  path: ConfigPath = ['training_config'],
): TrainingConfig {
  const config = requireObject(value, path);
  return {
    optimizer_config: optimizer(config.optimizer_config ?? null, [...path, 'optimizer_config']),
    loss: config.loss ?? null,
    metrics: config.metrics ?? null,
    weighted_metrics: config.weighted_metrics ?? null,
    loss_weights: config.loss_weights ?? null,
    sample_weight_mode: config.sample_weight_mode ?? null,
    config,
  };
}

function optimizer(value: JsonValue, path: ConfigPath): SerializedObject | string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string' || isSerializedObject(value)) return value;
  throw configError(path, 'an optimizer', value);
}
