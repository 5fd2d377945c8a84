import {
  type MemoryStore,
  memorySource,
  memoryStore,
  type ReadableStore,
  zipStore,
} from '@km/core';
import { type Model, models, saved_model, Variable } from '@km/keras';
import {
  readSavedModel,
  type SavedModel,
  type SavedObjectGraph,
  selectMetaGraph,
} from '@km/savedmodel';
import { readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';

interface Recorded {
  readonly shape: number[];
  readonly data: number[];
}

/** A place in a store: what loading and saving take. */
export interface Place {
  readonly store: ReadableStore;
  readonly path: string;
}

let archive: Promise<ReadableStore> | undefined;

/** The place of a SavedModel that TensorFlow wrote for a scenario. */
export async function placeOf(name: string): Promise<Place> {
  const bytes = readFixture('scenarios/savedmodels.zip');
  archive ??= zipStore(memorySource(bytes, 'savedmodels.zip'));
  return { store: await archive, path: name };
}

/** A SavedModel that TensorFlow wrote, loaded without Keras. */
export async function loadPlain(name: string): Promise<saved_model.LoadedModel> {
  return saved_model.load(await placeOf(name));
}

/** A SavedModel that Keras wrote, loaded without the classes of its script. */
export async function loadKeras(name: string): Promise<Model> {
  return models.load_model(await placeOf(name));
}

/** Tensors that TensorFlow recorded for a scenario, by the names that are asked for. */
export function expectedOf<Name extends string>(
  scenario: string,
  ...names: readonly Name[]
): { readonly [K in Name]: tf.Tensor } {
  const recorded = recordedOf(scenario);
  const entries = names.map((name) => {
    const { data, shape } = recorded[name] ?? { data: [], shape: [] };
    return [name, tf.tensor(data, shape, 'float32')];
  });
  return Object.fromEntries(entries);
}

/** Everything that TensorFlow recorded for a scenario. */
export function recordedOf(scenario: string): { readonly [name: string]: Recorded } {
  const text = new TextDecoder().decode(readFixture('scenarios/expected.json'));
  return JSON.parse(text)[scenario] ?? {};
}

/** A copy of a SavedModel in memory, to be changed. */
export async function copyOf(name: string): Promise<MemoryStore> {
  const { store } = await placeOf(name);
  const copy = memoryStore();
  for await (const key of store.list?.(`${name}/`) ?? []) {
    const source = await store.open(key);
    if (source !== undefined) await copy.write(key, [await source.read(0, source.byteLength)]);
  }
  return copy;
}

/** Saves a model as a SavedModel and gives its place. */
export async function saved(
  model: Model,
  args: models.SaveModelArguments = {},
): Promise<Place & { readonly store: MemoryStore }> {
  const place = { store: memoryStore(), path: 'm' };
  await model.save(place, { save_format: 'tf', ...args });
  return place;
}

/** Saves a model as a SavedModel and loads it again. */
export async function again(model: Model, args: models.LoadModelArguments = {}): Promise<Model> {
  return models.load_model(await saved(model), args);
}

/** What a place holds, without the runtime. */
export async function graphOf(place: Place): Promise<ReturnType<typeof selectMetaGraph>> {
  return selectMetaGraph(await readSavedModel(place), ['serve']);
}

/** The objects of a place. */
export async function objectsOf(place: Place): Promise<SavedObjectGraph> {
  const { objectGraph } = await graphOf(place);
  if (objectGraph === undefined) throw new Error('no objects');
  return objectGraph;
}

/** What Keras noted of an object. */
export function notedOf(read: SavedModel, path: string): Record<string, unknown> {
  const node = read.kerasMetadata?.nodes.find((found) => found.path === path);
  return JSON.parse(node?.json ?? '{}');
}

/** A member of anything that was loaded; path with dots. */
export function member(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((owner, name) => {
    if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null)
      throw new TypeError(`no member ${name}`);
    return Reflect.get(owner, name);
  }, object);
}

/** A function that was loaded. */
export function functionAt(object: unknown, path: string): saved_model.RestoredFunction {
  return member(object, path) as saved_model.RestoredFunction;
}

/** A variable that was loaded. */
export function variableAt(object: unknown, path: string): Variable {
  const found = member(object, path);
  if (found instanceof Variable) return found;
  throw new TypeError(`${path} is no variable`);
}

/** Numbers of a tensor, a variable, or of tensors in any structure. */
export function numbers(value: unknown): number[] {
  if (value instanceof tf.Tensor) return Array.from(value.dataSync());
  if (value instanceof Variable) return numbers(value.read());
  if (typeof value === 'number') return [value];
  return Object.values(value as object).flatMap(numbers);
}

/** Sums are taken in another order than in TensorFlow, or in graphs. */
const TOLERANCE = 2e-5;

/** Requires equal numbers, within the error of sums. */
export function expectClose(
  found: unknown,
  expected: unknown,
  tolerance: number = TOLERANCE,
): void {
  const [values, wanted] = [numbers(found), numbers(expected)];
  expect(values).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs((values[i] ?? Number.NaN) - value)).toBeLessThan(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

/** Losses of a model in ascending order, after a call. */
export function lossesOf(model: Model): number[] {
  return model.losses.flatMap(numbers).sort((a, b) => a - b);
}

/** Makes a model of the JSON of another, with its weights. */
export function fromJson(
  model: Model,
  custom_objects?: Parameters<typeof models.model_from_json>[1],
): Model {
  const made = models.model_from_json(model.to_json(), custom_objects);
  made.set_weights(model.get_weights());
  return made;
}
