import { UnsupportedError, type WriteOptions } from '@km/core';
import { type JsonObject, printConfig } from '@km/keras-config';
import { getClassName, Layer, type Model, Sequential } from '@km/layers';
import {
  type KerasMetadataNode,
  nodePaths,
  type SavedModelParts,
  type SavedObjectGraph,
  writeSavedModel,
} from '@km/savedmodel';
import type { Place } from '../../paths/platform.ts';
import { checkNamespaces } from './allowed-ops.ts';
import { earlyFunction } from './early-functions.ts';
import { earlyMetadata } from './early-metadata.ts';
import { FunctionPlan } from './function-plan.ts';
import { metadataOf } from './layer-metadata.ts';
import { trainingMetadata } from './neutral-optimizer.ts';
import { type ObjectPlan, PLAIN } from './object-plan.ts';
import { type NamedFunction, planFunctions } from './plan-functions.ts';
import { LAYER, planModel } from './plan-model.ts';
import { givenSignatures, planSignatures } from './plan-signatures.ts';
import { planVariables } from './plan-variables.ts';
import type { SaveOptions } from './save-options.ts';
import { SavedChildren } from './saved-children.ts';
import { withoutDebugOps } from './strip-debug-ops.ts';
import { TABLE_EDGE } from './table-objects.ts';

import { unrunnableNote } from './unrunnable.ts';

/** How a model is saved as a SavedModel. */
export interface SavedModelArguments {
  readonly include_optimizer: boolean;
  /** False keeps configurations only: no functions but those of `signatures`. */
  readonly save_traces: boolean;
  /** A function, or functions by name, to be saved as signatures. */
  readonly signatures: unknown;
  readonly options: SaveOptions;
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
export function savedModelParts(model: Model, args: SavedModelArguments): SavedModelParts {
  const { include_optimizer, save_traces, options } = args;
  if (model instanceof Sequential) model._open_batch();
  const given = givenSignatures(args.signatures, model);
  if (save_traces) refuseRagged(model);
  else requireConfigs(model);
  const children = new SavedChildren();
  if (children.of(model).some(([name]) => name === 'signatures')) {
    throw new TypeError(
      `${model.name} has a part named signatures, which the signatures of a SavedModel take: give it another name.`,
    );
  }
  children.keepCaptured(model);
  const plan = planModel(model, children, options.experimental_variable_policy !== 'none');
  const functions = new FunctionPlan(plan, options.experimental_custom_gradients);
  const served = save_traces
    ? model._keep_losses(() => planFunctions(model, { plan, functions, children }))
    : new Map<string, NamedFunction>();
  const note = unrunnableNote(functions.library.definitions);
  if (note !== null) console.warn(note);
  const signatures = planSignatures({ plan, functions, given, served });
  checkNamespaces(functions.library.definitions, options.namespace_whitelist);
  const texts = metadataTexts(model, plan, functions, include_optimizer);
  const objects = plan.finish(texts.early);
  return {
    objects,
    functions: definitionsOf(functions, options),
    constants: functions.constants,
    gradients: functions.withGradients ? functions.library.adopted.gradients : [],
    assets: functions.passed.assets,
    signatures,
    variables: planVariables(model, plan, children, include_optimizer),
    kerasMetadata: metadataNodes(objects, texts.all),
    functionAliases: aliasesOf(options, given, signatures),
    skipSaver: options.experimental_skip_saver,
    tags: options.extra_tags,
  };
}

/** @throws UnsupportedError for a layer that only its functions could describe. */
function requireConfigs(model: Model): void {
  // Inner layers first: the config of a model holds those of its layers.
  for (const layer of model._flatten_layers().reverse()) {
    try {
      layer.get_config();
    } catch (cause) {
      throw new UnsupportedError(
        `save_traces=false keeps configurations only, but ${layer.name} (${getClassName(layer)}) gives none: add a get_config to its class, or leave save_traces away.`,
        { cause },
      );
    }
  }
}

/** @throws UnsupportedError for a model of which some layer is called on ragged tensors. */
function refuseRagged(model: Model): void {
  const found = model._flatten_layers().find(({ _call_spec }) => hasRagged(_call_spec?.inputs));
  if (found === undefined) return;
  throw new UnsupportedError(
    `${model.name} cannot be saved as a SavedModel with functions: its layer ${found.name} takes ragged tensors, for which none are written. Save it as .keras or .h5, or with save_traces=false.`,
    { path: found.name },
  );
}

function hasRagged(specs: unknown): boolean {
  if (typeof specs !== 'object' || specs === null) return false;
  return ('ragged' in specs && specs.ragged === true) || Object.values(specs).some(hasRagged);
}

/** The functions as all releases read them, without assertions and prints where the caller wants none. */
function definitionsOf(
  { library }: FunctionPlan,
  { experimental_debug_stripper }: SaveOptions,
): SavedModelParts['functions'] {
  const definitions = library.definitions.map(earlyFunction);
  return experimental_debug_stripper ? definitions.map(withoutDebugOps) : definitions;
}

/** Names under which other programs look for functions, by the names of the functions. */
function aliasesOf(
  { function_aliases }: SaveOptions,
  given: ReadonlyMap<string, unknown> | null,
  signatures: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const [alias, fn] of function_aliases) {
    const key = [...(given ?? [])].find(([, signature]) => isSame(signature, fn))?.[0];
    const name = signatures.get(key ?? '');
    if (name === undefined) {
      throw new UnsupportedError(
        `function_aliases has '${alias}' for a function that is none of the signatures: pass it in \`signatures\`, too.`,
      );
    }
    aliases.set(name, alias);
  }
  return aliases;
}

function isSame(signature: unknown, fn: unknown): boolean {
  if (signature === fn) return true;
  return (
    typeof signature === 'object' &&
    signature !== null &&
    'body' in signature &&
    signature.body === fn
  );
}

/** JSON by object. */
interface MetadataTexts {
  readonly all: ReadonlyMap<number, string>;
  /** As TensorFlow 2.4 reads it. */
  readonly early: ReadonlyMap<number, string>;
}

/** JSON of Keras for the layers, models and metrics, by object. */
function metadataTexts(
  model: Model,
  plan: ObjectPlan,
  { withoutModes }: FunctionPlan,
  include_optimizer: boolean,
): MetadataTexts {
  const texts = { all: new Map<number, string>(), early: new Map<number, string>() };
  const hasTable = (layer: object): boolean => plan.hasEdge(layer, TABLE_EDGE);
  for (const [item, id] of plan.bound) {
    if (!(item instanceof Layer)) continue;
    const training = item === model && include_optimizer ? trainingMetadata(model) : null;
    const metadata: JsonObject = {
      ...metadataOf(item, !withoutModes.has(item), hasTable),
      ...(training === null ? {} : { training_config: training }),
    };
    texts.all.set(id, printConfig(metadata));
    texts.early.set(id, printConfig(earlyMetadata(metadata)));
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
    const inline = value?.kind === 'userObject' ? value.identifier : '';
    const identifier = inline === PLAIN ? LAYER : inline;
    return { node, path: paths[node] ?? '', identifier, json, producer: 2, minConsumer: 1 };
  });
}
