import { type ReadOptions, UnsupportedError } from '@km/core';
import type { H5WasmFile } from '@km/hdf5';
import type { CustomObjects, Model } from '@km/layers';
import { namedArguments } from './arguments.ts';
import { buffered } from './load/buffered.ts';
import { type Detected, detect } from './load/detect.ts';
import type { LoadContext } from './load/load-context.ts';
import { loadModelH5 } from './load/load-h5.ts';
import { loadModelKeras } from './load/load-keras.ts';
import { ReportBuilder } from './load/load-report.ts';
import { loadModelSavedModel } from './load/load-saved-model.ts';
import { keepReport } from './load/reports.ts';
import { type Filepath, isOpenH5File, type OpenH5File } from './paths/filepath.ts';
import { type Place, placeOf } from './paths/platform.ts';
import { prepare } from './prepare.ts';

/** Arguments of `load_model` besides the path. */
export interface LoadModelArguments extends ReadOptions {
  /** Classes and functions by the names that the file has for them. */
  readonly custom_objects?: CustomObjects | null;
  /** Compiles the model as it was saved and restores the optimizer's state. */
  readonly compile?: boolean | null;
  /** Only for a SavedModel: a `LoadOptions`. */
  readonly options?: unknown;
}

const NAMES = ['custom_objects', 'compile', 'options', 'signal', 'onProgress'] as const;

/** What `load_model` takes after the path: the documented arguments by position, or by name in one object. */
export type LoadModelRest =
  | [arguments?: LoadModelArguments]
  | [custom_objects?: CustomObjects | null, compile?: boolean | null, options?: unknown];

/**
 * Loads a model from HDF5, a `.keras` archive or a SavedModel directory, told apart by content: architecture, weights,
 * compile state and optimizer state. `load_report(model)` says what became of every stored value.
 * @throws KmError of the kind that the code tells; every message says what, where and what to do.
 */
export async function load_model(filepath: Filepath, ...rest: LoadModelRest): Promise<Model> {
  const args = namedArguments<LoadModelArguments>(
    'load_model',
    NAMES,
    rest,
    new Set(['custom_objects', 'options']),
  );
  // The file is read while the backend starts.
  const [opened] = await Promise.all([open(filepath, args), prepare()]);
  const context: LoadContext = {
    custom_objects: args.custom_objects ?? undefined,
    compile: args.compile ?? true,
    read: { signal: args.signal, onProgress: args.onProgress },
    report: new ReportBuilder(),
  };
  const model = await load(opened, args, context);
  keepReport(model, context.report);
  return model;
}

type Opened = { readonly file: OpenH5File } | { readonly place: Place; readonly found: Detected };

async function open(filepath: Filepath, options: ReadOptions): Promise<Opened> {
  if (isOpenH5File(filepath)) return { file: filepath };
  const place = placeOf(filepath);
  const found = await detect(place, options);
  if (found.kind !== 'h5') return { place, found };
  return { place, found: { kind: 'h5', source: await buffered(found.source, options) } };
}

async function load(
  opened: Opened,
  args: Partial<LoadModelArguments>,
  context: LoadContext,
): Promise<Model> {
  if ('file' in opened) {
    return loadModelH5(opened.file as unknown as H5WasmFile, opened.file.filename, context);
  }
  const { place, found } = opened;
  switch (found.kind) {
    case 'h5':
      return loadModelH5(found.source, found.source.name, context);
    case 'zip':
      return loadModelKeras(found.source, context);
    case 'saved-model':
      return loadModelSavedModel(place, args.options, context);
    case 'checkpoint':
      throw new UnsupportedError(
        `${place.shown} is a checkpoint, which holds weights only: build the model and call load_weights.`,
        { source: place.shown },
      );
    case 'json':
      throw new UnsupportedError(
        `${place.shown} holds an architecture only: pass its text to models.model_from_json.`,
        { source: place.shown },
      );
  }
}
