import { isKmError } from '@km/core';
import { isJsonObject, type JsonObject, type JsonValue } from '@km/keras-config';
import type { Model } from '@km/layers';
import { compileFromConfig } from '../load/compile.ts';
import type { LoadContext } from '../load/load-context.ts';
import { withOwnOptimizer } from '../save/saved-model/neutral-optimizer.ts';

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
  const config = withOwnOptimizer(training);
  const failure = attempt(model, config, context);
  if (failure === null) return;
  const withoutMetrics = { ...config, metrics: null, weighted_metrics: null };
  const rest = attempt(model, withoutMetrics, context);
  if (rest !== null) model._forget_compiled();
  context.report.notes.push(
    rest === null
      ? `The model was compiled without its metrics: ${failure}`
      : `The model was not compiled: ${rest} Compile it before training it.`,
  );
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
