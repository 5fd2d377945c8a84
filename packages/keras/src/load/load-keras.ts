import {
  type ByteSource,
  MalformedError,
  NotFoundError,
  type ReadableStore,
  type ReadOptions,
  readAll,
  UnsupportedError,
  zipStore,
} from '@km/core';
import { type H5WeightsV3, readWeightsV3 } from '@km/hdf5';
import { isJsonObject, parseConfig } from '@km/keras-config';
import type { Model } from '@km/layers';
import { matchV3 } from '../weights-v3/match.ts';
import { buildArchitecture } from './architecture.ts';
import type { AssignOptions } from './assign.ts';
import { compileFromConfig } from './compile.ts';
import type { LoadContext } from './load-context.ts';
import type { ReportBuilder } from './load-report.ts';
import { loadOptimizerState } from './optimizer-state.ts';

/** Loads a model from a `.keras` archive: architecture, weights, compile state and optimizer state. */
export async function loadModelKeras(source: ByteSource, context: LoadContext): Promise<Model> {
  const zip = await zipStore(source, context.read);
  const text = await readText(zip, 'config.json', source.name, context);
  const version = await readVersion(zip, context);
  const model = buildArchitecture(text, {
    custom_objects: context.custom_objects,
    kerasVersion: version,
    source: `${source.name}/config.json`,
  });
  const config = parseConfig(text);
  // A subclassed model makes its weights in a call only.
  const buildConfig = isJsonObject(config) ? config.build_config : undefined;
  if (isJsonObject(buildConfig)) model.build_from_config(buildConfig);
  const weights = await openWeights(zip, source.name, context.read);
  await matchV3(model, weights, context.report, context.read);
  const compileConfig = isJsonObject(config) ? config.compile_config : undefined;
  if (context.compile && compileConfig !== undefined && compileConfig !== null) {
    compileFromConfig(model, compileConfig, context, {
      metricsAreMade: false,
      kerasVersion: version,
    });
    await loadState(model, weights, context.report, context.read);
  }
  return model;
}

const WEIGHTS = 'model.weights.h5';

/** Fills a model from the weights of a `.keras` archive. */
export async function fillFromArchive(
  model: Model,
  source: ByteSource,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  const weights = await openWeights(await zipStore(source, options), source.name, options);
  await matchV3(model, weights, report, options);
  await loadState(model, weights, report, options);
}

async function openWeights(
  zip: ReadableStore,
  name: string,
  options: ReadOptions,
): Promise<H5WeightsV3> {
  const weights = await zip.open(WEIGHTS, options);
  if (weights !== undefined) return readWeightsV3(weights, options);
  if ((await zip.open('model.weights.json', options)) !== undefined) {
    throw new UnsupportedError(
      `${name} holds sharded weights (model.weights.json), which are not supported: save it unsharded.`,
      { source: name },
    );
  }
  throw new NotFoundError(`${name} holds no ${WEIGHTS}: the archive is incomplete.`, {
    source: name,
  });
}

async function loadState(
  model: Model,
  weights: H5WeightsV3,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  const variables = weights.get('optimizer')?.variables ?? [];
  const values = variables.map((tensor, k) => ({ name: `optimizer/vars/${k}`, tensor }));
  await loadOptimizerState(model, values, report, options);
}

async function readText(
  zip: ReadableStore,
  key: string,
  name: string,
  context: LoadContext,
): Promise<string> {
  const source = await zip.open(key, context.read);
  if (source === undefined) {
    throw new MalformedError(`${name} is a zip without ${key}: it is not a .keras archive.`, {
      source: name,
    });
  }
  return new TextDecoder().decode(await readAll(source, context.read));
}

async function readVersion(zip: ReadableStore, context: LoadContext): Promise<string | undefined> {
  const source = await zip.open('metadata.json', context.read);
  if (source === undefined) return undefined;
  const metadata = parseConfig(new TextDecoder().decode(await readAll(source, context.read)));
  const version = isJsonObject(metadata) ? metadata.keras_version : undefined;
  return typeof version === 'string' ? version : undefined;
}
