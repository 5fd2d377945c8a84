import {
  isDType,
  isKmError,
  type LazyTensor,
  NotFoundError,
  type ReadOptions,
  readAll,
  type TensorMap,
} from '@km/core';
import { GraphExecutor, TableResource, valueOfRecord } from '@km/graph';
import { Variable } from '@km/layers';
import {
  bindVariables,
  type MetaGraph,
  readSavedModel,
  type SavedModel,
  type SavedObjectGraph,
  selectMetaGraph,
  type VariableBindings,
  type VariableKind,
} from '@km/savedmodel';
import { LoadOptions, type LoadOptionsConfig } from '../load/load-options.ts';
import type { Filepath } from '../paths/filepath.ts';
import { isOpenH5File } from '../paths/filepath.ts';
import { placeOf } from '../paths/platform.ts';
import { prepare } from '../prepare.ts';
import { aliasedFunctions } from './aliases.ts';
import { customGradients } from './custom-gradients.ts';
import { loadGraphOnly } from './load-v1.ts';
import { type LoadedObject, type LoadedValue, ObjectRestorer } from './objects.ts';
import { type LoadedSignature, requireRunnable } from './signature.ts';

/** A loaded SavedModel: the children of its root by their names, and its signatures. */
export interface LoadedModel extends LoadedObject {
  readonly signatures: { readonly [name: string]: LoadedSignature };
  readonly tensorflow_version: string;
  /** Only with the option `experimental_load_function_aliases`: functions by the names that they were saved with. */
  readonly function_aliases?: { readonly [alias: string]: LoadedValue };
}

/**
 * Loads any SavedModel, made by Keras or not: its functions, variables, nested objects, assets and tables. Initializers
 * run once.
 *
 * @param tags Tags of the graph to load; without them the only one, or the one with the tag `serve`.
 * @throws RangeError when there are several graphs, none of them has the tag `serve`, and no tags are given.
 * @throws UnsupportedError naming op and node when no signature can run here (one of several has it as its `problem`);
 *   KmError of other kinds for damage.
 */
export async function load(
  export_dir: Exclude<Filepath, { file_id: bigint }>,
  tags?: string | readonly string[] | null,
  options?: LoadOptions | LoadOptionsConfig | null,
  read: ReadOptions = {},
): Promise<LoadedModel> {
  const checked = LoadOptions.from(options);
  if (isOpenH5File(export_dir))
    throw new TypeError('A SavedModel is a directory, not an HDF5 file.');
  await prepare();
  const place = placeOf(export_dir);
  const saved = await readSavedModel({ store: place.store, path: place.path }, read);
  const wanted = typeof tags === 'string' ? [tags] : (tags ?? undefined);
  if (wanted === undefined) requireOne(saved);
  const metaGraph = selectMetaGraph(saved, wanted);
  const assets = await readAssets(saved, metaGraph, read);
  if (metaGraph.objectGraph === undefined) {
    return loadGraphOnly({ saved, metaGraph, assets, options: checked, read });
  }
  return loadObjects(saved, metaGraph, metaGraph.objectGraph, { assets, options: checked, read });
}

function requireOne({ metaGraphs }: SavedModel): void {
  const tags = metaGraphs.map((graph) => `[${graph.tags.join(', ')}]`);
  if (tags.length <= 1 || tags.includes('[serve]')) return;
  throw new RangeError(
    `The SavedModel has ${tags.length} graphs, with the tags ${tags.join(' and ')}; say which to load.`,
  );
}

interface Rest {
  readonly assets: readonly (Uint8Array | null)[];
  readonly options: LoadOptions;
  readonly read: ReadOptions;
}

/** Reads the files of a model; a missing one is only an error when something reads it. */
export async function readAssets(
  saved: SavedModel,
  { assets }: MetaGraph,
  read: ReadOptions,
): Promise<(Uint8Array | null)[]> {
  const contents: (Uint8Array | null)[] = [];
  for (const asset of assets) {
    try {
      contents.push(await readAll(await saved.openAsset(asset, read), read));
    } catch (error) {
      if (!isKmError(error, 'KM_NOT_FOUND')) throw error;
      contents.push(null);
    }
  }
  return contents;
}

async function loadObjects(
  saved: SavedModel,
  metaGraph: MetaGraph,
  graph: SavedObjectGraph,
  { assets, options, read }: Rest,
): Promise<LoadedModel> {
  const skips = options.experimental_skip_checkpoint;
  const allowUnbound = skips || options.allow_partial_checkpoint;
  const bindings = await bindVariables(saved, metaGraph, { ...read, allowUnbound });
  const variables = await readVariables(graph, bindings, skips, read);
  const executor = new GraphExecutor(metaGraph.graph.functions, {
    gradients: customGradients(metaGraph),
  });
  const restorer = new ObjectRestorer({ metaGraph, graph, executor, variables, assets });
  const root = restorer.value(0);
  restorer.connect();
  requireRunnable(restorer.signatures());
  await initializeResources(saved, graph, restorer, bindings, read);
  const model = describeModel(root, metaGraph);
  if (!options.experimental_load_function_aliases) return model;
  const value = aliasedFunctions(metaGraph, graph, restorer);
  return Object.defineProperty(model, 'function_aliases', { value });
}

/**
 * Makes the variables of a SavedModel, by the index of their object. Those without a value in the checkpoint, and all when
 * it is skipped, have none until they are assigned: then reading them is a NotFoundError.
 */
export async function readVariables(
  graph: SavedObjectGraph,
  { variables }: VariableBindings,
  skips: boolean,
  read: ReadOptions,
): Promise<Map<number, Variable>> {
  const found = new Map<number, Variable>();
  for (const { id, value } of graph.nodes) {
    if (value.kind !== 'variable') continue;
    const bound = skips ? undefined : variables.get(id);
    const content = bound === undefined ? withoutValue(value) : await bound.tensor.read(read);
    const { name, trainable } = value;
    if (content !== undefined) found.set(id, new Variable(content, { name, trainable }));
  }
  return found;
}

/** What a variable without a value is made of; undefined where its shape or dtype is not known either. */
function withoutValue({
  name,
  dtype,
  shape,
}: VariableKind): ConstructorParameters<typeof Variable>[0] | undefined {
  const sizes = shape?.flatMap((size) => size ?? []) ?? [];
  if (shape === null || sizes.length < shape.length || !isDType(dtype)) return undefined;
  const draw = (): never => {
    throw new NotFoundError(
      `The variable ${name} was loaded without a value: assign it one first.`,
    );
  };
  return { shape: sizes, dtype, draw };
}

/** Fills tables from the checkpoint and by their initializers, once. */
export async function initializeResources(
  saved: SavedModel,
  graph: SavedObjectGraph,
  restorer: ObjectRestorer,
  { values }: VariableBindings,
  read: ReadOptions,
): Promise<void> {
  const tensors = (await saved.openVariables(read))?.tensors;
  for (const { id, value } of graph.nodes) {
    if (value.kind !== 'resource') continue;
    const resource = restorer.capture(id);
    const [keys, content] = tableParts([...(values.get(id)?.values() ?? [])], tensors);
    if (resource instanceof TableResource && keys !== undefined && content !== undefined) {
      resource.replace(
        valueOfRecord(await keys.read(read)),
        valueOfRecord(await content.read(read)),
      );
    }
    restorer.call(id, '_initialize');
  }
}

/** Keys and values of a table in a checkpoint, under the keys of the object or under endings of them. */
function tableParts(
  stored: readonly string[],
  tensors: TensorMap | undefined,
): readonly (LazyTensor | undefined)[] {
  return ['-keys', '-values'].map((ending) => {
    const names = stored.map((key) => (key.endsWith(ending) ? key : key + ending));
    return names.map((name) => tensors?.get(name)).find((tensor) => tensor !== undefined);
  });
}

function describeModel(root: LoadedValue, metaGraph: MetaGraph): LoadedModel {
  const model = root as LoadedObject;
  const add = (name: string, value: LoadedValue): void => {
    if (!Object.hasOwn(model, name))
      Object.defineProperty(model, name, { value, enumerable: false });
  };
  add('signatures', Object.create(null));
  Object.freeze(model.signatures);
  add('tensorflow_version', metaGraph.tensorflowVersion);
  add('tensorflow_git_version', metaGraph.tensorflowGitVersion);
  return model as LoadedModel;
}
