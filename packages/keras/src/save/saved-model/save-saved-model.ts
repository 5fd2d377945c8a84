import type { WriteOptions } from '@km/core';
import { type JsonObject, printConfig } from '@km/keras-config';
import { Layer, type Model } from '@km/layers';
import {
  type KerasMetadataNode,
  nodePaths,
  type SavedModelParts,
  type SavedObjectGraph,
  writeSavedModel,
} from '@km/savedmodel';
import type { Place } from '../../paths/platform.ts';
import { metadataOf } from './layer-metadata.ts';
import { trainingMetadata } from './neutral-optimizer.ts';
import type { ObjectPlan } from './object-plan.ts';
import { planModel } from './plan-model.ts';
import { planVariables } from './plan-variables.ts';

/** What is saved of a model besides its layers and weights. */
export interface SavedModelArguments {
  readonly include_optimizer: boolean;
}

/** Saves a model as a SavedModel directory, whole or not at all. */
export async function saveModelSavedModel(
  model: Model,
  place: Place,
  args: SavedModelArguments,
  options: WriteOptions = {},
): Promise<void> {
  const parts = savedModelParts(model, args);
  await place.replaceDirectory((store) => writeSavedModel({ store, path: '' }, parts, options));
}

/** Gathers all that the directory holds. */
export function savedModelParts(
  model: Model,
  { include_optimizer }: SavedModelArguments,
): SavedModelParts {
  const plan = planModel(model);
  const texts = metadataTexts(model, plan, include_optimizer);
  const signatures = plan.addUser('signature_map');
  plan.link(0, 'signatures', signatures);
  const objects = plan.finish(texts);
  return {
    objects,
    functions: [],
    variables: planVariables(model, plan, include_optimizer),
    kerasMetadata: metadataNodes(objects, texts),
  };
}

/** JSON of Keras for the layers, models and metrics, by object. */
function metadataTexts(
  model: Model,
  plan: ObjectPlan,
  include_optimizer: boolean,
): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  for (const [item, id] of plan.bound) {
    if (!(item instanceof Layer)) continue;
    const training = item === model && include_optimizer ? trainingMetadata(model) : null;
    const metadata: JsonObject = {
      ...metadataOf(item),
      ...(training === null ? {} : { training_config: training }),
    };
    texts.set(id, printConfig(metadata));
  }
  return texts;
}

/** The same JSON as keras_metadata.pb has it, with the path to each object. */
function metadataNodes(
  objects: SavedObjectGraph,
  texts: ReadonlyMap<number, string>,
): KerasMetadataNode[] {
  const paths = nodePaths(objects);
  return Array.from(texts, ([node, json]) => {
    const value = objects.nodes[node]?.value;
    const identifier = value?.kind === 'userObject' ? value.identifier : '';
    return { node, path: paths[node] ?? '', identifier, json, producer: 2, minConsumer: 1 };
  });
}
