import { type ByteSource, MalformedError, type ReadOptions, UnsupportedError } from '@km/core';
import {
  detectH5Kind,
  type H5Input,
  type H5WasmFile,
  readWeightsH5,
  readWeightsV3,
} from '@km/hdf5';
import type { Model } from '@km/layers';
import { namedArguments } from './arguments.ts';
import type { AssignOptions } from './load/assign.ts';
import { detect } from './load/detect.ts';
import { loadCheckpoint } from './load/load-checkpoint.ts';
import { fillFromArchive } from './load/load-keras.ts';
import { type LoadReport, ReportBuilder } from './load/load-report.ts';
import { matchByName, matchByOrder, matchTopLevel, topLevelWeights } from './load/match-layers.ts';
import { loadOptimizerState } from './load/optimizer-state.ts';
import { keepReport } from './load/reports.ts';
import { type Filepath, isOpenH5File } from './paths/filepath.ts';
import { placeOf } from './paths/platform.ts';
import { prepare } from './prepare.ts';
import { writeCallbacks } from './save/checkpoint-options.ts';
import { matchV3 } from './weights-v3/match.ts';

/** Arguments of `load_weights` besides the path. */
export interface LoadWeightsArguments extends ReadOptions {
  /** Only for HDF5: fills the layers whose names stand in the file and leaves the rest. */
  readonly by_name?: boolean | null;
  /** With `by_name`, or for v3 weights: leaves out layers whose weights do not fit. */
  readonly skip_mismatch?: boolean | null;
  /** Only for checkpoints: an object with fields of `CheckpointOptions`; each is honoured or refused. */
  readonly options?: unknown;
  /** Only for checkpoints: takes what matches although the model or the file holds more. */
  readonly expect_partial?: boolean | null;
}

const NAMES = [
  'by_name',
  'skip_mismatch',
  'options',
  'expect_partial',
  'signal',
  'onProgress',
] as const;

/** What `load_weights` takes after the path: arguments by position, or by name in one object. */
export type LoadWeightsRest =
  | [arguments?: LoadWeightsArguments]
  | [by_name?: boolean | null, skip_mismatch?: boolean | null, options?: unknown];

/**
 * Fills a model from weights in any format, told apart by content: legacy HDF5, `.weights.h5`, a `.keras` archive, a
 * checkpoint (its prefix, one of its files, or its directory) or the variables of a SavedModel.
 * @throws MalformedError when weights and model do not fit, TypeError for arguments that exclude each other.
 */
export async function loadWeights(
  model: Model,
  filepath: Filepath,
  ...rest: LoadWeightsRest
): Promise<LoadReport> {
  const args = namedArguments<LoadWeightsArguments>('load_weights', NAMES, rest);
  await prepare();
  const report = new ReportBuilder();
  const options: AssignOptions = {
    signal: args.signal,
    onProgress: args.onProgress,
    skip_mismatch: args.skip_mismatch ?? false,
  };
  writeCallbacks(args.options);
  await load(model, filepath, args, report, options);
  keepReport(model, report);
  return report;
}

async function load(
  model: Model,
  filepath: Filepath,
  args: Partial<LoadWeightsArguments>,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  const by_name = args.by_name ?? false;
  if (isOpenH5File(filepath)) {
    return fromH5(model, filepath as unknown as H5WasmFile, by_name, report, options);
  }
  const place = placeOf(filepath);
  const found = await detect(place, options);
  switch (found.kind) {
    case 'h5':
      return fromH5(model, found.source, by_name, report, options);
    case 'zip':
      refuseByName(by_name, 'a .keras archive');
      requireBuilt(model);
      return fillFromArchive(model, found.source, report, options);
    case 'checkpoint':
    case 'saved-model': {
      refuseByName(by_name, 'a checkpoint');
      const path =
        found.kind === 'checkpoint' ? found.prefix : joined(place.path, 'variables/variables');
      await loadCheckpoint(model, { store: place.store, path }, report, options);
      return requireComplete(report, args.expect_partial ?? false, place.shown);
    }
    case 'json':
      throw new MalformedError(`${place.shown} holds an architecture and no weights.`, {
        source: place.shown,
      });
  }
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

async function fromH5(
  model: Model,
  input: H5Input | ByteSource,
  by_name: boolean,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  requireBuilt(model);
  if ((await detectH5Kind(input, options)) === 'weights-v3') {
    refuseByName(by_name, 'a v3 weights file');
    const stored = await readWeightsV3(input, options);
    await matchV3(model, stored, report, options);
    const state = stored.get('optimizer')?.variables ?? [];
    const values = state.map((tensor, k) => ({ name: `optimizer/vars/${k}`, tensor }));
    return loadOptimizerState(model, values, report, options);
  }
  const stored = await readWeightsH5(input, options);
  if (by_name) return matchByName(model, stored.layers, report, options);
  if (options.skip_mismatch === true) {
    throw new TypeError(
      'When calling load_weights, skip_mismatch=true needs by_name=true for legacy files.',
    );
  }
  await matchByOrder(model, stored.layers, report, options);
  const top = stored.topLevelWeights ?? [];
  if (top.length > 0) await matchTopLevel(topLevelWeights(model), top, report, options);
}

function refuseByName(by_name: boolean, format: string): void {
  if (!by_name) return;
  throw new UnsupportedError(
    `by_name=true works for legacy HDF5 weights only, not for ${format}: leave it away.`,
  );
}

function requireBuilt(model: Model): void {
  if (model.built) return;
  throw new UnsupportedError(
    `Unable to load weights into model ${model.name}, which has not created its variables yet. Call the model on some input first, then load the weights.`,
  );
}

/** Values that stand beside the weights of a model. */
function isBeside(key: string): boolean {
  return /^(optimizer|save_counter|keras_api)(\/|$)|\/\.OPTIMIZER_SLOT\//.test(key);
}

function requireComplete(report: ReportBuilder, expect_partial: boolean, shown: string): void {
  if (expect_partial) return;
  const waiting = new Set(report.waiting);
  const extra = report.extra.filter((key) => !isBeside(key) && !waiting.has(key));
  const missing = report.missing;
  if (extra.length === 0 && missing.length === 0) return;
  const parts = [
    ...(missing.length === 0 ? [] : [`no value for ${some(missing)}`]),
    ...(extra.length === 0 ? [] : [`no variable for ${some(extra)}`]),
  ];
  throw new MalformedError(
    `The checkpoint ${shown} does not fit the model: ${parts.join('; ')}. Build the model as it was saved, or pass expect_partial=true to take what matches.`,
    { source: shown },
  );
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
