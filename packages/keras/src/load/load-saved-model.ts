import {
  isKmError,
  type KmError,
  MalformedError,
  NotFoundError,
  type TensorMap,
  UnsupportedError,
} from '@km/core';
import {
  isJsonObject,
  type JsonObject,
  parseConfig,
  requireObject,
  requireShape,
  upgradeModelConfig,
} from '@km/keras-config';
import { layers, Model, trackable_view, Variable } from '@km/layers';
import { type KerasMetadataNode, readSavedModel, type SavedModel } from '@km/savedmodel';
import { reachable } from '../object-graph/reachable.ts';
import type { Place } from '../paths/platform.ts';
import { compileAsSaved } from '../revive/compile.ts';
import { originOf } from '../revive/origin.ts';
import { reviveModel } from '../revive/revive-model.ts';
import { SAVE_COUNTER } from '../save/saved-model/plan-variables.ts';
import { SavedChildren } from '../save/saved-model/saved-children.ts';
import { addMetrics } from './added-metrics.ts';
import { addWeights } from './added-weights.ts';
import { fromFile } from './file-error.ts';
import { fillFromCheckpoint } from './load-checkpoint.ts';
import type { LoadContext } from './load-context.ts';
import { LoadOptions } from './load-options.ts';
import type { ReportBuilder } from './load-report.ts';
import { fillVocabularies } from './saved-vocabularies.ts';

/**
 * Loads a Keras model from a SavedModel directory: its architecture from the metadata of Keras, its variables and the
 * state of its optimizer, which Keras itself leaves out, by the object graph.
 * Layers and models of unknown classes work by the functions that were saved for them.
 * @throws UnsupportedError for a SavedModel without Keras, and for functions that cannot run here.
 */
export async function loadModelSavedModel(
  place: Place,
  options: unknown,
  context: LoadContext,
): Promise<Model> {
  const wanted = LoadOptions.from(options);
  wanted.refuseAliases();
  const { store, path } = place;
  // Who loads without compiling may leave out much of the file: the state of the optimizer.
  const readAhead = context.compile && !wanted.experimental_skip_checkpoint;
  const saved = await readSavedModel({ store, path }, { ...context.read, readAhead });
  const root = saved.kerasMetadata?.nodes.find(({ node }) => node === 0);
  if (saved.kerasMetadata === undefined || root === undefined) throw notKeras(place.shown);
  const metadata = readMetadata(root, place.shown);
  const from = { shown: place.shown, skips: wanted.experimental_skip_checkpoint };
  const built = build(metadata, place.shown, context);
  const model =
    built instanceof Model
      ? built
      : await reviveModel(saved, saved.kerasMetadata, from, context).catch((error: unknown) => {
          throw isKmError(built, 'KM_MALFORMED') ? built : error;
        });
  await fillVocabularies(model, saved, context.read);
  addMetrics(model, saved, { ...context, shown: place.shown });
  if (!from.skips) await addWeights(model, saved, context.read);
  if (context.compile) compileAsSaved(model, metadata.training_config, context);
  if (!wanted.experimental_skip_checkpoint) await fill(model, saved, place.shown, context, wanted);
  return model;
}

function readMetadata({ json }: KerasMetadataNode, source: string): JsonObject {
  const value = parseConfig(json, { source: `${source}: metadata of the model` });
  return requireObject(value, []);
}

/**
 * Makes the model that the metadata describe, and builds it for the shape that it was called with; else says why not. An
 * unknown class may have the name of a built-in one, which then refuses the config.
 */
function build(metadata: JsonObject, shown: string, context: LoadContext): Model | KmError | null {
  const { class_name, config, model_config } = metadata;
  // The vocabularies of text layers stand in `config` and not in `model_config`.
  const described = isJsonObject(config)
    ? { class_name: class_name ?? null, config }
    : isJsonObject(model_config)
      ? model_config
      : {};
  if (!isJsonObject(described.config)) return null;
  const model = deserialize(upgradeModelConfig(described), shown, context);
  const shape = metadata.build_input_shape;
  if (model instanceof Model && !model.built && shape !== undefined && shape !== null) {
    model.build(requireShape(shape, ['build_input_shape']) ?? []);
  }
  return model;
}

function deserialize(
  config: ReturnType<typeof upgradeModelConfig>,
  shown: string,
  context: LoadContext,
): Model | KmError {
  try {
    const model = fromFile('an architecture', shown, () =>
      layers.deserialize(config, context.custom_objects),
    );
    if (model instanceof Model) return model;
  } catch (error) {
    if (isKmError(error)) return error;
    throw error;
  }
  throw new MalformedError(`${shown} holds a layer, not a model.`, { source: shown });
}

async function fill(
  model: Model,
  saved: SavedModel,
  shown: string,
  context: LoadContext,
  { allow_partial_checkpoint }: LoadOptions,
): Promise<void> {
  const checkpoint = await saved.openVariables(context.read);
  if (checkpoint === undefined) {
    if (model.weights.length === 0) return;
    throw new NotFoundError(
      `${shown} has no variables/variables.index: copy the whole directory.`,
      {
        source: shown,
      },
    );
  }
  const children = new SavedChildren();
  const view = { ...trackable_view(), children: (item: object) => children.of(item) };
  await fillFromCheckpoint(model, checkpoint, context.report, context.read, view);
  for (const keys of [context.report.extra, context.report.waiting]) {
    keepOnly(keys, (key) => !isPassing(key));
  }
  // The reviver has filled what only lists of variables lead to.
  const filled = new Set(model.weights.filter(hasSavedValue).map(({ name }) => name));
  keepOnly(context.report.missing, (name) => !filled.has(name));
  noteFreshOptimizer(model, checkpoint.tensors, context.report);
  const missing = new Set(context.report.missing);
  const empty = model.weights.filter(({ name }) => missing.has(name));
  if (empty.length === 0 || allow_partial_checkpoint) return;
  throw new MalformedError(
    `${shown} holds no value for ${empty.map(({ name }) => name).join(', ')}: its variables belong to another model.`,
    { source: shown },
  );
}

/** The number of saves, for `tf.train.Checkpoint`, and what metrics of `compile` had counted: both belong to no model. */
function isPassing(key: string): boolean {
  return key.startsWith(`${SAVE_COUNTER}/`) || key.startsWith('keras_api/metrics/');
}

/** True for a variable whose value in the file is found by the objects of the model, not by those of the checkpoint. */
function hasSavedValue(variable: Variable): boolean {
  const { objects, node } = originOf(variable) ?? {};
  return objects !== undefined && node !== undefined && objects.filled.has(node.id);
}

/** Says in one sentence that a file holds nothing of the optimizer, which then starts anew. */
function noteFreshOptimizer({ optimizer }: Model, tensors: TensorMap, report: ReportBuilder): void {
  if (optimizer === null || [...tensors.keys()].some((key) => key.includes('optimizer/'))) return;
  const state = reachable(optimizer, trackable_view()).filter((item) => item instanceof Variable);
  const fresh = new Set([...state, ...optimizer.variables].map(({ name }) => name));
  keepOnly(report.missing, (name) => !fresh.has(name));
  report.notes.push('The file holds no state of the optimizer, which starts anew.');
}

function keepOnly(names: string[], isKept: (name: string) => boolean): void {
  names.splice(0, names.length, ...names.filter(isKept));
}

function notKeras(shown: string): UnsupportedError {
  return new UnsupportedError(
    `${shown} is a SavedModel without metadata of Keras, so it has functions and no layers: run those with saved_model.load.`,
    { source: shown },
  );
}
