import { MalformedError, UnsupportedError, type WriteOptions } from '@km/core';
import type { H5WasmFile } from '@km/hdf5';
import type { Model } from '@km/layers';
import { namedArguments } from './arguments.ts';
import { type Filepath, isOpenH5File } from './paths/filepath.ts';
import { type Place, placeOf, platform, readOnly } from './paths/platform.ts';
import { prepare } from './prepare.ts';
import { chooseFormat, type SaveFormat } from './save/save-format.ts';
import { saveModelH5 } from './save/save-h5.ts';
import { saveModelKeras } from './save/save-keras.ts';
import { SaveOptions } from './save/saved-model/save-options.ts';
import { saveModelSavedModel } from './save/saved-model/save-saved-model.ts';

/** Arguments of `save_model` besides the model and the path. */
export interface SaveModelArguments extends WriteOptions {
  /** Replaces what is there; false asks first when there is a person to ask, and is an error otherwise. */
  readonly overwrite?: boolean | null;
  /** Saves the optimizer's state, too. */
  readonly include_optimizer?: boolean | null;
  /** `'tf'`, `'h5'` or `'keras'`; without it the suffix of the path decides. */
  readonly save_format?: string | null;
  /** Only for `'tf'`: functions to save as signatures. */
  readonly signatures?: unknown;
  /** Only for `'tf'`: a `SaveOptions`. */
  readonly options?: unknown;
  /** Only for `'tf'`: whether to store the traced functions of the layers. */
  readonly save_traces?: boolean | null;
}

const NAMES = [
  'overwrite',
  'include_optimizer',
  'save_format',
  'signatures',
  'options',
  'save_traces',
  'signal',
  'onProgress',
] as const;

/** What `save_model` takes after the path: the documented arguments by position, or by name in one object. */
export type SaveModelRest =
  | [arguments?: SaveModelArguments]
  | [
      overwrite?: boolean | null,
      include_optimizer?: boolean | null,
      save_format?: string | null,
      signatures?: unknown,
      options?: unknown,
      save_traces?: boolean | null,
    ];

/**
 * Saves a model: architecture, weights, compile state and optimizer state. As `tf.keras.models.save_model` of TensorFlow
 * 2.4–2.11: `.h5`, `.hdf5` and `.keras` mean HDF5, any other path a SavedModel directory; `save_format='keras'` writes
 * the zip archive. What was there before stays whole until the new model is complete.
 * @throws UnsupportedError for what the format cannot hold; IoError when something is there and `overwrite` is false.
 */
export async function save_model(
  model: Model,
  filepath: Filepath,
  ...rest: SaveModelRest
): Promise<void> {
  await saveModelAs(model, filepath, saveModelArguments(rest), 'tf');
}

/** Takes the arguments of `save_model` by name, however they were given. @throws TypeError for one that does not exist. */
export function saveModelArguments(rest: SaveModelRest): Partial<SaveModelArguments> {
  return namedArguments<SaveModelArguments>(
    'save_model',
    NAMES,
    rest,
    new Set(['signatures', 'options']),
  );
}

/** Saves with another format as the default, as `compat.v1` does with `'h5'`. */
export async function saveModelAs(
  model: Model,
  filepath: Filepath,
  args: Partial<SaveModelArguments>,
  fallback: SaveFormat,
): Promise<void> {
  await prepare();
  const include_optimizer = args.include_optimizer ?? true;
  const options: WriteOptions = { signal: args.signal, onProgress: args.onProgress };
  if (isOpenH5File(filepath)) {
    refuseTfArguments(args, 'h5');
    return saveModelH5(model, filepath as unknown as H5WasmFile, include_optimizer, options);
  }
  const place = placeOf(filepath);
  const { format, warning } = chooseFormat(place.path, args.save_format, fallback);
  if (warning !== undefined) console.warn(warning);
  if (format === 'tf') {
    if (!(await mayWrite(place, args.overwrite ?? true))) return;
    const { signatures, save_traces } = args;
    const wanted = {
      include_optimizer,
      signatures,
      save_traces: save_traces ?? true,
      options: SaveOptions.from(args.options),
    };
    return saveModelSavedModel(model, place, wanted, options);
  }
  refuseTfArguments(args, format);
  const target = await targetOf(place, args.overwrite ?? true);
  if (target === undefined) return;
  const write = format === 'h5' ? saveModelH5 : saveModelKeras;
  await write(model, target, include_optimizer, options);
}

function refuseTfArguments(args: Partial<SaveModelArguments>, format: SaveFormat): void {
  for (const name of ['signatures', 'options'] as const) {
    if (args[name] === undefined || args[name] === null) continue;
    throw new UnsupportedError(
      `The argument '${name}' belongs to save_format='tf' and has no meaning for '${format}': leave it away.`,
    );
  }
  if (args.save_traces === false) {
    throw new UnsupportedError(
      `save_traces=false belongs to save_format='tf' and has no meaning for '${format}': leave it away.`,
    );
  }
}

/** A place that can be written to; `undefined` when a person decided not to replace what is there. */
export async function targetOf(
  place: Place,
  overwrite: boolean,
): Promise<
  { store: Required<Pick<Place['store'], 'write'>> & Place['store']; path: string } | undefined
> {
  const { store, path, shown } = place;
  if (path === '') throw new MalformedError('The path of a file is empty: give it a name.');
  const write = store.write?.bind(store);
  if (write === undefined) throw readOnly(shown);
  if (!(await mayWrite(place, overwrite))) return undefined;
  return { store: Object.assign(Object.create(store) as Place['store'], { write }), path };
}

/** False when a person decided not to replace what is at a place. */
async function mayWrite(place: Place, overwrite: boolean): Promise<boolean> {
  if (overwrite || !(await place.exists())) return true;
  const answer = await platform().confirm(`[WARNING] ${place.shown} already exists - overwrite?`);
  if (answer === undefined) throw alreadyThere(place.shown);
  return answer;
}

function alreadyThere(shown: string): UnsupportedError {
  return new UnsupportedError(
    `${shown} already exists and overwrite is false: choose another path or pass overwrite=true.`,
    { source: shown },
  );
}
