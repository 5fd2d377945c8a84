import { UnsupportedError } from '@km/core';

/** Where variables of several devices are kept apart: `tf.saved_model.experimental.VariablePolicy`. */
export type VariablePolicy = 'none' | 'save_variable_devices' | 'expand_distributed_variables';

/** What `SaveOptions` takes, under the names of `tf.saved_model.SaveOptions`. */
export interface SaveOptionsConfig {
  /** The only namespaces of custom ops, such as `Addons` of `Addons>Gelu`, that functions may call; null for all. */
  readonly namespace_whitelist?: readonly string[] | null;
  /** True is refused: there are no lines of Python to point to. */
  readonly save_debug_info?: boolean | null;
  /** Names under which other programs find functions among the signatures. */
  readonly function_aliases?: Readonly<Record<string, unknown>> | null;
  /** Removes assertions and prints from the functions. */
  readonly experimental_debug_stripper?: boolean | null;
  /** Device that writes the files; only this machine, `/job:localhost`. */
  readonly experimental_io_device?: string | null;
  /** Whether variables remember their device; all are on the CPU. */
  readonly experimental_variable_policy?: VariablePolicy | null;
  /** Keeps functions that compute gradients of a model that had some. */
  readonly experimental_custom_gradients?: boolean | null;
  /** True is refused: few builds of TensorFlow read models in chunks. */
  readonly experimental_image_format?: boolean | null;
  /** Leaves out what restores the variables in TensorFlow 1 and TensorFlow Serving. */
  readonly experimental_skip_saver?: boolean | null;
  /** Refused: the variables lie in one file. */
  readonly experimental_sharding_callback?: unknown;
  /** Tags besides `serve`; loaders in C++ then ask for all of them. */
  readonly extra_tags?: readonly string[] | null;
}

const NAMES: readonly (keyof SaveOptionsConfig)[] = [
  'namespace_whitelist',
  'save_debug_info',
  'function_aliases',
  'experimental_debug_stripper',
  'experimental_io_device',
  'experimental_variable_policy',
  'experimental_custom_gradients',
  'experimental_image_format',
  'experimental_skip_saver',
  'experimental_sharding_callback',
  'extra_tags',
];

/** Options of saving a SavedModel, as `tf.saved_model.SaveOptions`; each is honoured or refused. */
export class SaveOptions {
  readonly namespace_whitelist: readonly string[] | null;
  readonly function_aliases: ReadonlyMap<string, unknown>;
  readonly experimental_variable_policy: VariablePolicy;
  readonly experimental_custom_gradients: boolean;
  readonly experimental_debug_stripper: boolean;
  readonly experimental_skip_saver: boolean;
  readonly extra_tags: readonly string[];

  /** @throws UnsupportedError for what cannot be honoured; TypeError for an option that does not exist. */
  constructor(config: SaveOptionsConfig = {}) {
    checkNames('SaveOptions', Object.keys(config), NAMES);
    refuse('save_debug_info', config.save_debug_info === true);
    refuse('experimental_image_format', config.experimental_image_format === true);
    refuse(
      'experimental_sharding_callback',
      (config.experimental_sharding_callback ?? null) !== null,
    );
    requireLocal('experimental_io_device', config.experimental_io_device);
    this.namespace_whitelist = namespacesOf(config.namespace_whitelist);
    this.function_aliases = new Map(Object.entries(config.function_aliases ?? {}));
    this.experimental_variable_policy = policyOf(config.experimental_variable_policy);
    this.experimental_custom_gradients = config.experimental_custom_gradients ?? true;
    this.experimental_debug_stripper = config.experimental_debug_stripper ?? false;
    this.experimental_skip_saver = config.experimental_skip_saver ?? false;
    this.extra_tags = config.extra_tags ?? [];
  }

  /** Takes options as an object, or `undefined` for the defaults. */
  static from(options: unknown): SaveOptions {
    if (options instanceof SaveOptions) return options;
    if (options === undefined || options === null) return new SaveOptions();
    if (typeof options === 'object') return new SaveOptions(options);
    throw new TypeError('`options` is a SaveOptions, or an object with its fields.');
  }
}

/** @throws TypeError for a name that is none of those known. */
export function checkNames(what: string, given: readonly string[], known: readonly string[]): void {
  const strange = given.find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new TypeError(`${what} has no option '${strange}'; it takes ${known.join(', ')}.`);
}

/** @throws TypeError for anything but a list of texts. */
function namespacesOf(names: readonly string[] | null | undefined): readonly string[] | null {
  if (names === undefined || names === null) return null;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return [...names];
  throw new TypeError('namespace_whitelist is a list of texts.');
}

/** @throws UnsupportedError for an option that was given a value which cannot be honoured. */
export function refuse(name: string, refused: boolean): void {
  if (!refused) return;
  throw new UnsupportedError(`The option ${name} cannot be honoured here: leave it away.`);
}

/** @throws UnsupportedError for a device of another machine. */
export function requireLocal(name: string, device: string | null | undefined): void {
  if (device === undefined || device === null || device === '' || device === '/job:localhost')
    return;
  throw new UnsupportedError(
    `The option ${name} is '${device}', but only this machine, '/job:localhost', reads and writes files: leave it away.`,
  );
}

/** A policy in any case, `none` where none is given. @throws TypeError for one that does not exist. */
export function policyOf(policy: string | null | undefined): VariablePolicy {
  const name = (policy ?? 'none').toLowerCase();
  switch (name) {
    case 'none':
    case 'save_variable_devices':
    case 'expand_distributed_variables':
      return name;
    default:
      throw new TypeError(
        `experimental_variable_policy is '${String(policy)}'; it can be none, save_variable_devices or expand_distributed_variables.`,
      );
  }
}
