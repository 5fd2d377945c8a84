import { isPlainObject } from '../engine/nest.ts';
import {
  type CustomObjects,
  deserialize_keras_object,
  getClassName,
  type Registrable,
  serialize_keras_object,
} from '../engine/registry.ts';
import type { Config } from '../engine/types.ts';
import type { LossFn } from '../losses/loss.ts';
import { loss_aliases, loss_functions } from '../losses/registry.ts';
import * as accuracies from './accuracy-metrics.ts';
import * as ats from './at-metrics.ts';
import { AUC } from './auc.ts';
import * as counts from './counts.ts';
import * as crossentropies from './crossentropy-metrics.ts';
import { F1Score, FBetaScore } from './f-score.ts';
import * as functions from './functions.ts';
import * as ious from './iou.ts';
import { Mean, MeanMetricWrapper, Sum } from './mean.ts';
import { MeanTensor } from './mean-tensor.ts';
import { Metric } from './metric.ts';
import { Precision, Recall } from './precision-recall.ts';
import { R2Score } from './r2-score.ts';
import * as regressions from './regression-metrics.ts';

/** The metric functions by name; those of the losses are among them. */
function metric_functions(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ...loss_functions(),
    ['accuracy', functions.accuracy],
    ['binary_accuracy', functions.binary_accuracy],
    ['categorical_accuracy', functions.categorical_accuracy],
    ['sparse_categorical_accuracy', functions.sparse_categorical_accuracy],
    ['top_k_categorical_accuracy', functions.top_k_categorical_accuracy],
    ['sparse_top_k_categorical_accuracy', functions.sparse_top_k_categorical_accuracy],
    ['cosine_similarity', functions.cosine_similarity],
  ]);
}

function metric_classes(): readonly Registrable[] {
  const families = [accuracies, ats, counts, crossentropies, ious, regressions];
  return [
    ...families.flatMap((family) => Object.values(family)),
    ...[AUC, F1Score, FBetaScore, Mean, MeanTensor, Precision, R2Score, Recall, Sum],
  ];
}

function builtins(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ...loss_aliases(),
    ['acc', functions.accuracy],
    ['ACC', functions.accuracy],
    ['cosine_proximity', functions.cosine_similarity],
    ['cosine', functions.cosine_similarity],
    ...metric_functions(),
    ...metric_classes().map((type) => [getClassName(type), type] as const),
  ]);
}

/** Keras's name of a metric function; a function of the caller keeps its own. */
export function metric_function_name(fn: LossFn): string {
  for (const [name, known] of metric_functions()) if (known === fn) return name;
  return fn.name;
}

/** Makes a metric that averages a function, under a name of the caller or that of the function. */
export function wrap_function(fn: LossFn, name?: string): MeanMetricWrapper {
  const fn_name = metric_function_name(fn);
  return new MeanMetricWrapper({ fn, fn_name, name: name ?? fn_name });
}

/** Makes a metric, or finds a metric function, from what `serialize` gave. */
export function deserialize(
  config: unknown,
  custom_objects?: CustomObjects,
): Metric | LossFn | null {
  if (isPlainObject(config) && config.class_name === 'MeanMetricWrapper') {
    return wrapperOf(isPlainObject(config.config) ? config.config : {}, custom_objects);
  }
  return deserialize_keras_object(config, builtins(), custom_objects, 'metric function') as
    | Metric
    | LossFn
    | null;
}

function wrapperOf(config: Config, custom_objects?: CustomObjects): MeanMetricWrapper {
  const { name, dtype, fn: described, ...kwargs } = config;
  const fn = deserialize_keras_object(described, builtins(), custom_objects, 'metric function');
  if (typeof fn !== 'function') {
    throw new TypeError(`MeanMetricWrapper: ${JSON.stringify(described)} is no function.`);
  }
  return new MeanMetricWrapper({
    fn: fn as LossFn,
    fn_name: metric_function_name(fn as LossFn),
    name: typeof name === 'string' ? name : null,
    dtype: typeof dtype === 'string' ? dtype : null,
    kwargs,
  });
}

/** Describes a metric as Keras saves it. */
export function serialize(metric: Metric | LossFn | null): unknown {
  if (typeof metric === 'function') return metric_function_name(metric);
  return serialize_keras_object(metric);
}

/**
 * Finds a metric by its name or configuration; metrics and functions are returned as they are.
 * @throws NotFoundError for a name that neither Keras nor the custom objects know.
 */
export function get(identifier: unknown, custom_objects?: CustomObjects): Metric | LossFn | null {
  if (identifier === null || identifier === undefined) return null;
  if (identifier instanceof Metric || typeof identifier === 'function') {
    return identifier as Metric | LossFn;
  }
  return deserialize(identifier, custom_objects);
}
