import { MalformedError, NotFoundError } from '@km/core';
import { parseConfig, upgradeModelConfig } from '@km/keras-config';
import { type CustomObjects, layers, Model } from '@km/layers';
import { fromFile } from './file-error.ts';

/** What else tells how to read an architecture. */
export interface ArchitectureOptions {
  readonly custom_objects?: CustomObjects | null | undefined;
  /** Version of the Keras that wrote it, where it stands beside the JSON. */
  readonly kerasVersion?: string | undefined;
  /** File that it comes from, for messages. */
  readonly source?: string | undefined;
}

/**
 * Builds a model from the JSON of any Keras: `to_json`, the `model_config` of HDF5, the `config.json` of a `.keras`
 * archive, or the metadata of a SavedModel. Weights have their initial values.
 * @throws MalformedError or UnsupportedError that name the path; NotFoundError for an unknown class.
 */
export function buildArchitecture(text: string, options: ArchitectureOptions = {}): Model {
  const { custom_objects, kerasVersion, source } = options;
  const parsed = parseConfig(text, { source });
  if (parsed === null) {
    throw new NotFoundError(
      `${source ?? 'The text'} holds no architecture: build the model and call load_weights.`,
      source === undefined ? {} : { source },
    );
  }
  const config = upgradeModelConfig(parsed, { kerasVersion });
  const model = fromFile('an architecture', source, () =>
    layers.deserialize(config, custom_objects ?? undefined),
  );
  if (model instanceof Model) return model;
  throw new MalformedError(
    `${source ?? 'The JSON'} describes a ${config.class_name}, which is a layer and not a model.`,
    { path: 'class_name' },
  );
}
