import { type JsonValue, printConfig, toWidestForm } from '@km/keras-config';
import type { Model } from '@km/layers';

/** The `training_config` of HDF5 files; `undefined` for a model that is not compiled, or saved without its optimizer. */
export function trainingConfigText(model: Model, include_optimizer: boolean): string | undefined {
  const config = include_optimizer ? model.get_training_config() : null;
  return config === null ? undefined : printConfig(toWidestForm(config as unknown as JsonValue));
}

/** The `compile_config` of `.keras` archives; `undefined` for a model that is not compiled. */
export function compileConfig(model: Model, include_optimizer: boolean): JsonValue | undefined {
  const config = include_optimizer ? model.get_compile_config() : null;
  return config === null ? undefined : (config as JsonValue);
}
