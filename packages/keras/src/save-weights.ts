import type { WriteOptions } from '@km/core';
import type { H5WasmFile } from '@km/hdf5';
import type { Model } from '@km/layers';
import { namedArguments } from './arguments.ts';
import { type Filepath, isOpenH5File } from './paths/filepath.ts';
import { placeOf } from './paths/platform.ts';
import { prepare } from './prepare.ts';
import { requireCheckpoint, writeCallbacks } from './save/checkpoint-options.ts';
import { saveWeightsCheckpoint } from './save/save-checkpoint.ts';
import { chooseWeightsFormat } from './save/save-format.ts';
import { saveWeightsH5 } from './save/save-h5.ts';
import { saveWeightsV3 } from './save/save-keras.ts';
import { targetOf } from './save-model.ts';

/** Arguments of `save_weights` besides the path. */
export interface SaveWeightsArguments extends WriteOptions {
  /** Replaces what is there; false asks first when there is a person to ask, and is an error otherwise. */
  readonly overwrite?: boolean | null;
  /** `'tf'` (a checkpoint), `'h5'` (legacy HDF5) or `'keras'` (v3 HDF5); without it the suffix of the path decides. */
  readonly save_format?: string | null;
  /** Only for `'tf'`: an object with fields of `CheckpointOptions`; each is honoured or refused. */
  readonly options?: unknown;
}

const NAMES = ['overwrite', 'save_format', 'options', 'signal', 'onProgress'] as const;

/** What `save_weights` takes after the path: arguments by position, or by name in one object. */
export type SaveWeightsRest =
  | [arguments?: SaveWeightsArguments]
  | [overwrite?: boolean | null, save_format?: string | null, options?: unknown];

/**
 * Saves the weights of a model: `.weights.h5` in the v3 layout of Keras ≥ 2.12, `.h5`, `.hdf5` and `.keras` in the legacy
 * one, any other path as a checkpoint with that prefix, optimizer state included.
 */
export async function saveWeights(
  model: Model,
  filepath: Filepath,
  ...rest: SaveWeightsRest
): Promise<void> {
  const args = namedArguments<SaveWeightsArguments>('save_weights', NAMES, rest);
  await prepare();
  const options: WriteOptions = { signal: args.signal, onProgress: args.onProgress };
  if (isOpenH5File(filepath))
    return saveWeightsH5(model, filepath as unknown as H5WasmFile, options);
  const place = placeOf(filepath);
  const format = chooseWeightsFormat(place.path, args.save_format);
  if (format !== 'tf') requireCheckpoint(args.options, format);
  const callbacks = writeCallbacks(args.options);
  const target = await targetOf(place, args.overwrite ?? true);
  if (target === undefined) return;
  switch (format) {
    case 'h5':
      return saveWeightsH5(model, target, options);
    case 'keras':
      return saveWeightsV3(model, target, options);
    case 'tf':
      await saveWeightsCheckpoint(model, target, options);
      for (const callback of callbacks) await callback(place.shown);
  }
}
