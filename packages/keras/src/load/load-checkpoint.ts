import { type Checkpoint, readCheckpoint } from '@km/checkpoint';
import { MalformedError, type ReadableStore, type TensorMap } from '@km/core';
import { type Model, type TrackableView, trackable_view, type Variable } from '@km/layers';
import { assignBound, reportRest } from '../object-graph/match.ts';
import { Restoration } from '../object-graph/restoration.ts';
import { keepWaiting } from '../object-graph/waiting-values.ts';
import { type AssignOptions, assignStored } from './assign.ts';
import type { ReportBuilder } from './load-report.ts';

/**
 * Fills a model, and its optimizer if it has one, from a checkpoint: by the object graph, or by the names of variables
 * where there is none. Values of layers that are not built yet wait for that.
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
  if (report.matched.length > 0 || report.waiting.length > 0) return;
  throw new MalformedError(
    `Nothing except the root object matched a checkpointed value of ${location.path}: it was saved from another architecture, or the model is not built. Call the model on some input first.`,
    { source: location.path },
  );
}

/** Fills a model, and its optimizer if it has one, from an open checkpoint; what does not match is reported. */
export async function fillFromCheckpoint(
  model: Model,
  { tensors, readObjectGraph }: Checkpoint,
  report: ReportBuilder,
  options: AssignOptions = {},
  view: TrackableView = trackable_view(),
): Promise<void> {
  const graph = await readObjectGraph(options);
  if (graph === undefined) return matchNames(model.weights, tensors, report, options);
  const trainables = (optimizer: object): readonly Variable[] | null =>
    optimizer === model.optimizer ? model.trainable_variables : null;
  // State of the optimizer belongs to trainable variables, which a built model has.
  if (model.built && holdsState(tensors)) model.optimizer?.build(model.trainable_variables);
  const restoration = new Restoration(graph, model, view, trainables);
  await assignBound(restoration, tensors, report, options);
  if (!isBuilt(model) && restoration.isNontrivial) {
    const isOfModel = (key: string): boolean => !/^optimizer\/|\/\.OPTIMIZER_SLOT\//.test(key);
    report.waiting.push(...(await keepWaiting(restoration, tensors, report, options, isOfModel)));
  }
  reportRest(restoration, tensors, report);
}

function holdsState(tensors: TensorMap): boolean {
  return [...tensors.keys()].some((key) =>
    /^optimizer\/(.*\/)?_variables\/|\/\.OPTIMIZER_SLOT\//.test(key),
  );
}

function isBuilt(model: Model): boolean {
  return model._flatten_layers().every((layer) => layer.built);
}

/** Fills variables from a checkpoint of TensorFlow 1, which kept values under the names of their variables. */
export async function matchNames(
  variables: readonly Variable[],
  tensors: TensorMap,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  const used = new Set<string>();
  for (const variable of variables) {
    const tensor = tensors.get(variable.name);
    if (tensor === undefined) report.missing.push(variable.name);
    else {
      used.add(variable.name);
      await assignStored(variable, { name: variable.name, tensor }, report, options);
    }
  }
  for (const key of tensors.keys()) if (!used.has(key)) report.extra.push(key);
}
