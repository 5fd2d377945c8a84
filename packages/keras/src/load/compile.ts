import {
  isJsonObject,
  type JsonValue,
  parseConfig,
  readTrainingConfig,
  type TrainingConfig,
  upgradeTrainingConfig,
} from '@km/keras-config';
import { custom_object_scope, type Model, metrics } from '@km/layers';
import { fromFile } from './file-error.ts';
import type { LoadContext } from './load-context.ts';

/** Where a training configuration stands: HDF5 and SavedModels hold metrics as made, archives the arguments of `compile`. */
export interface CompileSource {
  readonly metricsAreMade: boolean;
  /** Version of the Keras that wrote it. */
  readonly kerasVersion?: string | undefined;
}

/** Compiles a model from the JSON text of a `training_config`. */
export function compileFromText(
  model: Model,
  text: string,
  context: LoadContext,
  kerasVersion?: string,
): void {
  compileFromConfig(model, parseConfig(text), context, { metricsAreMade: true, kerasVersion });
}

/**
 * Compiles a model from a `training_config` or `compile_config` of any release.
 * @throws NotFoundError for an unknown optimizer, loss or metric class.
 */
export function compileFromConfig(
  model: Model,
  value: JsonValue,
  context: LoadContext,
  { metricsAreMade, kerasVersion }: CompileSource,
): void {
  const config = readTrainingConfig(upgradeTrainingConfig(value, { kerasVersion }));
  const made =
    metricsAreMade && Array.isArray(config.metrics) && config.metrics.some(Array.isArray);
  const metricsOf = metricsAreMade ? withFunctions : (metrics: JsonValue) => metrics;
  const compile = (): void => {
    model.compile({
      ...(config.optimizer_config === undefined ? {} : { optimizer: config.optimizer_config }),
      loss: config.loss as never,
      metrics: metricsOf(config.metrics) as never,
      weighted_metrics: metricsOf(config.weighted_metrics) as never,
      loss_weights: config.loss_weights as never,
      from_serialized: made,
      ...runOptions(config),
    });
    if (metricsAreMade) model._build_compiled();
  };
  fromFile('a training configuration', undefined, () =>
    custom_object_scope(context.custom_objects ?? {}, compile),
  );
}

/** Names whose metric depends on the outputs; Keras keeps these (`saving_utils.py`, `_deserialize_metric`). */
export const KEPT_NAMES: ReadonlySet<string> = new Set(['accuracy', 'acc', 'crossentropy', 'ce']);

/** Replaces names of metrics by functions, so that short names become those of the functions, as in Keras. */
function withFunctions(value: JsonValue): unknown {
  if (typeof value === 'string') return KEPT_NAMES.has(value) ? value : metrics.deserialize(value);
  if (Array.isArray(value)) return value.map(withFunctions);
  if (!isJsonObject(value) || typeof value.class_name === 'string') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withFunctions(item)]),
  );
}

/** Options of `compile` that only Keras 3 and the v3 format note. */
function runOptions({ config }: TrainingConfig): {
  run_eagerly?: boolean;
  steps_per_execution?: number;
} {
  const { run_eagerly, steps_per_execution } = config;
  return {
    ...(typeof run_eagerly === 'boolean' ? { run_eagerly } : {}),
    ...(typeof steps_per_execution === 'number' ? { steps_per_execution } : {}),
  };
}
