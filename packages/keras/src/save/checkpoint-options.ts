import { UnsupportedError } from '@km/core';
import { checkNames, refuse, requireLocal } from './saved-model/save-options.ts';

/** What `options` of `save_weights` and `load_weights` takes, under the names of `tf.train.CheckpointOptions`. */
export interface CheckpointOptionsConfig {
  /** Device that reads or writes the files; only this machine, `/job:localhost`. */
  readonly experimental_io_device?: string | null;
  /** True is refused: the promise resolves once the files are written. */
  readonly enable_async?: boolean | null;
  /** Old name of `enable_async`. */
  readonly experimental_enable_async_checkpoint?: boolean | null;
  /** Functions that are called once the files are written, with the path. */
  readonly experimental_write_callbacks?: readonly ((path: string) => unknown)[] | null;
  /** True is refused: the state of the optimizer is restored where there is one. */
  readonly experimental_skip_slot_variables?: boolean | null;
  /** Refused: the variables lie in one file. */
  readonly experimental_sharding_callback?: unknown;
}

const NAMES: readonly (keyof CheckpointOptionsConfig)[] = [
  'experimental_io_device',
  'enable_async',
  'experimental_enable_async_checkpoint',
  'experimental_write_callbacks',
  'experimental_skip_slot_variables',
  'experimental_sharding_callback',
];

/**
 * Checks the options of a checkpoint and gives the functions to be called once it is written.
 * @throws UnsupportedError for what cannot be honoured; TypeError for an option that does not exist.
 */
export function writeCallbacks(options: unknown): readonly ((path: string) => unknown)[] {
  if (options === undefined || options === null) return [];
  if (typeof options !== 'object') {
    throw new TypeError('`options` is an object with the fields of CheckpointOptions.');
  }
  const config: CheckpointOptionsConfig = options;
  checkNames('CheckpointOptions', Object.keys(config), NAMES);
  requireLocal('experimental_io_device', config.experimental_io_device);
  refuse('enable_async', config.enable_async === true);
  refuse(
    'experimental_enable_async_checkpoint',
    config.experimental_enable_async_checkpoint === true,
  );
  refuse('experimental_skip_slot_variables', config.experimental_skip_slot_variables === true);
  refuse(
    'experimental_sharding_callback',
    (config.experimental_sharding_callback ?? null) !== null,
  );
  const callbacks = config.experimental_write_callbacks ?? [];
  if (callbacks.every((callback) => typeof callback === 'function')) return callbacks;
  throw new TypeError('experimental_write_callbacks is a list of functions.');
}

/** @throws UnsupportedError for options of a checkpoint where none is written. */
export function requireCheckpoint(options: unknown, format: string): void {
  if (options === undefined || options === null) return;
  throw new UnsupportedError(
    `The argument 'options' belongs to save_format='tf' and has no meaning for '${format}': leave it away.`,
  );
}
