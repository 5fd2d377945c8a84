import { UnsupportedError } from '@km/core';
import {
  checkNames,
  policyOf,
  requireLocal,
  type VariablePolicy,
} from '../save/saved-model/save-options.ts';

/** What `LoadOptions` takes, under the names of `tf.saved_model.LoadOptions`. */
export interface LoadOptionsConfig {
  /** Loads a model although the checkpoint lacks values for some variables, which keep those they were made with. */
  readonly allow_partial_checkpoint?: boolean | null;
  /** Device that reads the files; only this machine, `/job:localhost`. */
  readonly experimental_io_device?: string | null;
  /** Leaves the variables with the values that they were made with. */
  readonly experimental_skip_checkpoint?: boolean | null;
  /** Whether variables go to the device that they remember; there is one only. */
  readonly experimental_variable_policy?: VariablePolicy | null;
  /** Gives what `saved_model.load` returns a property `function_aliases`; refused for models of Keras. */
  readonly experimental_load_function_aliases?: boolean | null;
}

const NAMES: readonly (keyof LoadOptionsConfig)[] = [
  'allow_partial_checkpoint',
  'experimental_io_device',
  'experimental_skip_checkpoint',
  'experimental_variable_policy',
  'experimental_load_function_aliases',
];

/** Options of loading a SavedModel, as `tf.saved_model.LoadOptions`; each is honoured or refused. */
export class LoadOptions {
  readonly allow_partial_checkpoint: boolean;
  readonly experimental_skip_checkpoint: boolean;
  readonly experimental_load_function_aliases: boolean;

  /** @throws UnsupportedError for what cannot be honoured; TypeError for an option that does not exist. */
  constructor(config: LoadOptionsConfig = {}) {
    checkNames('LoadOptions', Object.keys(config), NAMES);
    requireLocal('experimental_io_device', config.experimental_io_device);
    policyOf(config.experimental_variable_policy);
    this.allow_partial_checkpoint = config.allow_partial_checkpoint ?? false;
    this.experimental_skip_checkpoint = config.experimental_skip_checkpoint ?? false;
    this.experimental_load_function_aliases = config.experimental_load_function_aliases ?? false;
  }

  /** Takes options as an object, or `undefined` for the defaults. */
  static from(options: unknown): LoadOptions {
    if (options instanceof LoadOptions) return options;
    if (options === undefined || options === null) return new LoadOptions();
    if (typeof options === 'object') return new LoadOptions(options);
    throw new TypeError('`options` is a LoadOptions, or an object with its fields.');
  }

  /** @throws UnsupportedError when aliases are asked of a model of Keras. */
  refuseAliases(): void {
    if (!this.experimental_load_function_aliases) return;
    throw new UnsupportedError(
      'The option experimental_load_function_aliases has no meaning for a model of Keras: leave it away.',
    );
  }
}
