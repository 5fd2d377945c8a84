import { type Checkpoint, readCheckpoint } from '@km/checkpoint';
import { MalformedError, type ReadableStore, UnsupportedError } from '@km/core';
import { type Model, trackable_view } from '@km/layers';
import { matchObjectGraph } from '../object-graph/match.ts';
import { type AssignOptions, assignStored } from './assign.ts';
import type { ReportBuilder } from './load-report.ts';

/**
 * Fills a model, and its optimizer if it has one, from a checkpoint: by the object graph, or by the names of variables
 * where there is none.
 * @throws MalformedError when nothing but the root matches.
 */
export async function loadCheckpoint(
  model: Model,
  location: { readonly store: ReadableStore; readonly path: string },
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  const checkpoint = await readCheckpoint(location, options);
  await fillFromCheckpoint(model, checkpoint, report, options);
  if (report.matched.length > 0) return;
  throw new MalformedError(
    `Nothing except the root object matched a checkpointed value of ${location.path}: it was saved from another architecture, or the model is not built. Call the model on some input first.`,
    { source: location.path },
  );
}

/** Fills a model, and its optimizer if it has one, from an open checkpoint; what does not match is reported. */
export async function fillFromCheckpoint(
  model: Model,
  checkpoint: Checkpoint,
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  const graph = await checkpoint.readObjectGraph(options);
  if (graph === undefined) await matchNames(model, checkpoint, report, options);
  else {
    prepareOptimizer(model, checkpoint);
    const view = trackable_view();
    await matchObjectGraph<object>(graph, checkpoint.tensors, model, view, report, options);
  }
}

/** Makes the variables of the optimizer when the checkpoint holds state for it. */
function prepareOptimizer(model: Model, checkpoint: Checkpoint): void {
  const optimizer = model.optimizer;
  if (optimizer === null) return;
  const keys = [...checkpoint.tensors.keys()];
  const legacyState = keys.some((key) => key.includes('/.OPTIMIZER_SLOT/'));
  const currentState = keys.some((key) => key.startsWith('optimizer/_variables/'));
  const isLegacy =
    'get_slot' in ('inner_optimizer' in optimizer ? optimizer.inner_optimizer : optimizer);
  if ((isLegacy && currentState) || (!isLegacy && legacyState)) {
    const [stored, wanted] = legacyState
      ? ['legacy', 'optimizers.legacy.*']
      : ['current', 'optimizers.*'];
    throw new UnsupportedError(
      `The checkpoint ${checkpoint.prefix} holds the state of a ${stored} optimizer, ${optimizer.name} is of the other family: compile the model with one of ${wanted}, or load before compiling.`,
      { source: checkpoint.prefix },
    );
  }
  if (legacyState || currentState) optimizer.build(model.trainable_variables);
}

/** TensorFlow 1 kept values under the names of their variables. */
async function matchNames(
  model: Model,
  checkpoint: Checkpoint,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  const used = new Set<string>();
  for (const variable of model.weights) {
    const tensor = checkpoint.tensors.get(variable.name);
    if (tensor === undefined) report.missing.push(variable.name);
    else {
      used.add(variable.name);
      await assignStored(variable, { name: variable.name, tensor }, report, options);
    }
  }
  for (const key of checkpoint.tensors.keys()) if (!used.has(key)) report.extra.push(key);
}
