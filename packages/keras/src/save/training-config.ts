import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  printConfig,
  toWidestForm,
} from '@km/keras-config';
import { type Model, optimizers } from '@km/layers';

/** The `training_config` of HDF5 files; `undefined` for a model that is not compiled, or saved without its optimizer. */
export function trainingConfigText(model: Model, include_optimizer: boolean): string | undefined {
  const config = include_optimizer ? model.get_training_config() : null;
  if (config === null) return undefined;
  const described = config.optimizer_config as unknown as JsonValue;
  const own = { ...config, optimizer_config: atCurrentScale(described, model) };
  return printConfig(toWidestForm(own as unknown as JsonValue));
}

/** The `compile_config` of `.keras` archives; `undefined` for a model that is not compiled. */
export function compileConfig(model: Model, include_optimizer: boolean): JsonValue | undefined {
  const config = include_optimizer ? model.get_compile_config() : null;
  if (config === null) return undefined;
  const { optimizer } = model;
  if (!(optimizer instanceof optimizers.LossScaleOptimizer)) return config as JsonValue;
  // `compile` may have got the optimizer without the scaling, which the file must not lose.
  const described = optimizers.serialize(optimizer) as JsonValue;
  return { ...(config as JsonObject), optimizer: atCurrentScale(described, model) };
}

/**
 * The configuration of an optimizer, with the scale that its loss has now as the one to start with: neither format holds
 * the state of a loss scale.
 */
function atCurrentScale(described: JsonValue, { optimizer }: Model): JsonValue {
  const scales = optimizer instanceof optimizers.LossScaleOptimizer && optimizer.dynamic;
  if (!scales || !isJsonObject(described) || !isJsonObject(described.config)) return described;
  return {
    ...described,
    config: { ...described.config, initial_scale: optimizer.loss_scale },
  };
}
