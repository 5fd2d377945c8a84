import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReadOptions } from '@km/core';
import type { CustomObjects, LoadReport, Model } from '@km/keras';
import { type Detected, detect } from '../place/detect.ts';
import { filepathOf, placeOf } from '../place/place.ts';
import { readJsonText } from '../place/read-json-text.ts';
import { UsageError } from '../usage-error.ts';
import { requireKeras } from './require-keras.ts';
import type { RuntimeOptions } from './runtime-options.ts';

/** How a model is opened. */
export interface OpenModelOptions extends RuntimeOptions {
  /** Compiles the model as it was saved and restores the optimizer's state. */
  readonly compile: boolean;
}

/** A model, and what became of every stored value. */
export interface OpenedModel {
  readonly model: Model;
  /** What the file is. */
  readonly kind: Detected['kind'];
  readonly report: LoadReport | undefined;
}

/**
 * Loads a model from any file that holds one; weights alone go into the model of `architecture`.
 * @throws UsageError for weights without an architecture, or for a file that holds arrays.
 */
export async function openModel(
  path: string,
  options: OpenModelOptions,
  read: ReadOptions,
): Promise<OpenedModel> {
  const place = await placeOf(path);
  const found = await detect(place, { signal: read.signal });
  const keras = await import('@km/keras');
  await keras.ready(options.backend);
  const custom_objects = await customObjects(options.customObjects);
  if (options.architecture !== undefined) {
    const model = await buildModel(options.architecture, options, custom_objects, read);
    await model.load_weights(filepathOf(place), { ...read });
    return { model, kind: found.kind, report: keras.models.load_report(model) };
  }
  if (found.kind === 'json') {
    return {
      model: await modelOfJson(found, custom_objects, read),
      kind: found.kind,
      report: undefined,
    };
  }
  await refuseWeights(path, found, read);
  const { compile } = options;
  const loading = keras.models.load_model(filepathOf(place), { custom_objects, compile, ...read });
  const model = await loading.catch(async (error: unknown) => {
    if (found.kind === 'saved-model') await requireKeras(place, read);
    throw error;
  });
  return { model, kind: found.kind, report: keras.models.load_report(model) };
}

async function buildModel(
  path: string,
  options: OpenModelOptions,
  custom_objects: CustomObjects,
  read: ReadOptions,
): Promise<Model> {
  const place = await placeOf(path);
  const found = await detect(place, { signal: read.signal });
  if (found.kind === 'json') return modelOfJson(found, custom_objects, read);
  await refuseWeights(path, found, read);
  const { models } = await import('@km/keras');
  const { compile } = options;
  return models.load_model(filepathOf(place), { custom_objects, compile, ...read });
}

async function modelOfJson(
  found: Extract<Detected, { readonly source: unknown }>,
  custom_objects: CustomObjects,
  read: ReadOptions,
): Promise<Model> {
  const { models } = await import('@km/keras');
  const text = await readJsonText(found.source, { signal: read.signal });
  return models.model_from_json(text, custom_objects);
}

async function refuseWeights(path: string, found: Detected, read: ReadOptions): Promise<void> {
  if (found.kind === 'npy' || found.kind === 'npz') {
    throw new UsageError(`${path} holds arrays, not a model`);
  }
  if (!(await holdsWeightsOnly(found, read))) return;
  throw new UsageError(
    `${path} holds weights only: name the model that they belong to with --architecture FILE, a JSON architecture or any model file`,
  );
}

async function holdsWeightsOnly(found: Detected, read: ReadOptions): Promise<boolean> {
  if (found.kind === 'checkpoint') return true;
  if (found.kind !== 'h5') return false;
  const { detectH5Kind } = await import('@km/hdf5');
  const kind = await detectH5Kind(found.source, { signal: read.signal });
  return kind === 'weights' || kind === 'weights-v3';
}

/** Imports what a module exports, for classes that the file only names. */
async function customObjects(path: string | undefined): Promise<CustomObjects> {
  if (path === undefined) return {};
  const module: Record<string, unknown> = await import(pathToFileURL(resolve(path)).href).catch(
    (error: unknown) => {
      throw new UsageError(`the custom objects of ${path} cannot be imported`, { cause: error });
    },
  );
  return module as CustomObjects;
}
