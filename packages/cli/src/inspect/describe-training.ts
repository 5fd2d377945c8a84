import { isKmError, messageOf } from '@km/core';
import {
  isJsonArray,
  isJsonObject,
  isSerializedObject,
  type JsonValue,
  lookupName,
  parseConfig,
  readTrainingConfig,
  upgradeTrainingConfig,
} from '@km/keras-config';
import { formatNumber } from '../text/format.ts';
import type { PrintableObject } from '../text/print-json.ts';

/** Arguments of `compile` as a file stores them. */
export interface TrainingDescription extends PrintableObject {
  readonly optimizer: string | undefined;
  readonly optimizer_config: JsonValue | undefined;
  readonly loss: JsonValue;
  readonly metrics: JsonValue;
  readonly weighted_metrics: JsonValue;
  readonly loss_weights: JsonValue;
  /** Why there is less than usual. */
  readonly note?: string;
}

/**
 * Describes how a model was compiled, from the text of its training configuration.
 * @throws MalformedError when the text is no JSON.
 */
export function describeTraining(
  text: string,
  source: string,
  kerasVersion?: string | undefined,
): TrainingDescription | undefined {
  return describeTrainingValue(parseConfig(text, { source }), kerasVersion);
}

/** Describes how a model was compiled, from its training configuration; undefined when there is none. */
export function describeTrainingValue(
  value: JsonValue,
  kerasVersion?: string | undefined,
): TrainingDescription | undefined {
  if (value === null) return undefined;
  try {
    const config = readTrainingConfig(upgradeTrainingConfig(value, { kerasVersion }));
    const optimizer = config.optimizer_config;
    return {
      optimizer: isSerializedObject(optimizer) ? lookupName(optimizer) : optimizer,
      optimizer_config: isSerializedObject(optimizer) ? optimizer.config : undefined,
      loss: config.loss,
      metrics: config.metrics,
      weighted_metrics: config.weighted_metrics,
      loss_weights: config.loss_weights,
    };
  } catch (error) {
    if (!isKmError(error)) throw error;
    return {
      optimizer: undefined,
      optimizer_config: undefined,
      loss: null,
      metrics: null,
      weighted_metrics: null,
      loss_weights: null,
      note: messageOf(error),
    };
  }
}

/** Writes a serialized loss, metric or structure of them on one line: the names of the classes. */
export function shortName(value: JsonValue | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value !== 'object') return String(value);
  if (isJsonArray(value)) return value.map((item) => shortName(item) ?? 'none').join(', ');
  if (isSerializedObject(value)) return serializedName(value.class_name, value.config);
  return Object.entries(value)
    .map(([key, item]) => `${key}: ${shortName(item) ?? 'none'}`)
    .join(', ');
}

/** The name that was given says more than the class of its wrapper. */
function serializedName(className: string, config: JsonValue): string {
  if (!isJsonObject(config) || !/^(Mean)?MetricWrapper$/.test(className)) {
    return className;
  }
  return typeof config.name === 'string' ? config.name : className;
}
