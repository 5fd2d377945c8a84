import { isKmError } from '@km/core';
import { isJsonObject, type JsonObject, type JsonValue } from '@km/keras-config';
import { type CustomObjects, type Model, metrics as metricClasses } from '@km/layers';
import { compileFromConfig, KEPT_NAMES } from '../load/compile.ts';
import type { LoadContext } from '../load/load-context.ts';
import { withOwnOptimizer } from '../save/saved-model/neutral-optimizer.ts';
import { keepTraining } from './kept-training.ts';

/**
 * Compiles a model as a SavedModel says. Metrics whose class is unknown are left out; with an optimizer or a loss of an
 * unknown class the model stays as it is. The report tells both.
 */
export function compileAsSaved(
  model: Model,
  training: JsonValue | undefined,
  context: LoadContext,
): void {
  if (!isJsonObject(training)) {
    context.report.notes.push(
      'No training configuration found in the save file: compile the model before training it.',
    );
    return;
  }
  const left: string[] = [];
  const known = (metrics: JsonValue | undefined): JsonValue =>
    knownMetrics(metrics ?? null, context.custom_objects, left) ?? null;
  const { metrics, weighted_metrics, ...config } = withOwnOptimizer(training);
  const failure = attempt(
    model,
    { ...config, metrics: known(metrics), weighted_metrics: known(weighted_metrics) },
    context,
  );
  if (failure !== null) {
    model._forget_compiled();
    keepTraining(model, training);
    context.report.notes.push(
      `The model was not compiled: ${failure} Compile it before training it.`,
    );
  } else if (left.length > 0) {
    context.report.notes.push(`The model was compiled without some metrics: ${left.join(' ')}`);
  }
}

/** The metrics whose class or function is known; the reasons of the others are added to a list. */
function knownMetrics(
  value: JsonValue,
  custom_objects: CustomObjects | undefined,
  left: string[],
): JsonValue | undefined {
  const again = (item: JsonValue): JsonValue | undefined =>
    knownMetrics(item, custom_objects, left);
  if (value === null || (typeof value === 'string' && KEPT_NAMES.has(value))) return value;
  // Places without metrics stay, since they count the outputs.
  if (Array.isArray(value)) return value.map(again).filter((item) => item !== undefined);
  if (isJsonObject(value) && typeof value.class_name !== 'string') {
    const entries = Object.entries(value).map(([name, item]) => [name, again(item) ?? null]);
    return Object.fromEntries(entries);
  }
  try {
    metricClasses.deserialize(value, custom_objects);
    return value;
  } catch (error) {
    if (!isKmError(error, 'KM_NOT_FOUND')) throw error;
    left.push(error.message);
    return undefined;
  }
}

/** Compiles; gives the message when a class or function is unknown. */
function attempt(model: Model, config: JsonObject, context: LoadContext): string | null {
  try {
    compileFromConfig(model, config, context, { metricsAreMade: true });
    return null;
  } catch (error) {
    if (isKmError(error, 'KM_NOT_FOUND')) return error.message;
    throw error;
  }
}
