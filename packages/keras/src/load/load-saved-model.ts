import { isKmError, MalformedError, NotFoundError, UnsupportedError } from '@km/core';
import {
  isJsonObject,
  type JsonObject,
  parseConfig,
  requireObject,
  requireShape,
  upgradeModelConfig,
} from '@km/keras-config';
import { layers, Model } from '@km/layers';
import { type KerasMetadataNode, readSavedModel, type SavedModel } from '@km/savedmodel';
import type { Place } from '../paths/platform.ts';
import { withOwnOptimizer } from '../save/saved-model/neutral-optimizer.ts';
import { compileFromConfig } from './compile.ts';
import { fromFile } from './file-error.ts';
import { fillFromCheckpoint } from './load-checkpoint.ts';
import type { LoadContext } from './load-context.ts';
import { LoadOptions } from './load-options.ts';

/**
 * Loads a Keras model from a SavedModel directory: its architecture from the metadata of Keras, its variables and the
 * state of its optimizer, which Keras itself leaves out, by the object graph.
 * @throws UnsupportedError for a model that only its traced functions describe, and for a SavedModel without Keras.
 */
export async function loadModelSavedModel(
  place: Place,
  options: unknown,
  context: LoadContext,
): Promise<Model> {
  const wanted = LoadOptions.from(options);
  wanted.refuseAliases();
  const saved = await readSavedModel({ store: place.store, path: place.path }, context.read);
  const root = saved.kerasMetadata?.nodes.find(({ node }) => node === 0);
  if (root === undefined) throw notKeras(place.shown);
  const metadata = readMetadata(root, place.shown);
  const model = build(metadata, place.shown, context);
  const training = metadata.training_config;
  if (context.compile && isJsonObject(training))
    compileFromConfig(model, withOwnOptimizer(training), context, { metricsAreMade: true });
  else if (context.compile) {
    context.report.notes.push(
      'No training configuration found in the save file: compile the model before training it.',
    );
  }
  if (!wanted.experimental_skip_checkpoint) await fill(model, saved, place.shown, context, wanted);
  return model;
}

function readMetadata({ json }: KerasMetadataNode, source: string): JsonObject {
  const value = parseConfig(json, { source: `${source}: metadata of the model` });
  return requireObject(value, []);
}

/** Makes the model that the metadata describe, and builds it for the shape that it was called with. */
function build(metadata: JsonObject, shown: string, context: LoadContext): Model {
  const { class_name, config, model_config } = metadata;
  // The vocabularies of text layers stand in `config` and not in `model_config`.
  const described = isJsonObject(config)
    ? { class_name: class_name ?? null, config }
    : isJsonObject(model_config)
      ? model_config
      : {};
  if (!isJsonObject(described.config)) throw needsFunctions(String(class_name), shown);
  const model = deserialize(upgradeModelConfig(described), shown, context);
  const shape = metadata.build_input_shape;
  if (!model.built && shape !== undefined && shape !== null) {
    model.build(requireShape(shape, ['build_input_shape']) ?? []);
  }
  return model;
}

function deserialize(
  config: ReturnType<typeof upgradeModelConfig>,
  shown: string,
  context: LoadContext,
): Model {
  try {
    const model = fromFile('an architecture', shown, () =>
      layers.deserialize(config, context.custom_objects),
    );
    if (model instanceof Model) return model;
  } catch (error) {
    if (!isKmError(error, 'KM_NOT_FOUND')) throw error;
    throw new UnsupportedError(
      `${shown}: ${error.message} Models without their classes, revived from traced functions, are not supported yet.`,
      { source: shown, cause: error },
    );
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
  await fillFromCheckpoint(model, checkpoint, context.report, context.read);
  const missing = new Set(context.report.missing);
  const empty = model.weights.filter(({ name }) => missing.has(name));
  if (empty.length === 0 || allow_partial_checkpoint) return;
  throw new MalformedError(
    `${shown} holds no value for ${empty.map(({ name }) => name).join(', ')}: its variables belong to another model.`,
    { source: shown },
  );
}

function notKeras(shown: string): UnsupportedError {
  return new UnsupportedError(
    `${shown} is a SavedModel without metadata of Keras, so it has functions and no layers: running those is not supported yet.`,
    { source: shown },
  );
}

function needsFunctions(class_name: string, shown: string): UnsupportedError {
  return new UnsupportedError(
    `${shown} is a model of class ${class_name} that no config describes: reviving it from its traced functions is not supported yet.`,
    { source: shown },
  );
}
