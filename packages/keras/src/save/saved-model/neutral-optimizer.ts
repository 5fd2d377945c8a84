import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  mapObject,
  toWidestForm,
} from '@km/keras-config';
import type { Model } from '@km/layers';
import { keptTraining } from '../../revive/kept-training.ts';

/**
 * Member of a training configuration, unknown to Keras, that holds the optimizer's own configuration where the one that
 * Keras reads is that of an equal optimizer of the family of TensorFlow 2.4.
 */
const OWN_OPTIMIZER = 'own_optimizer_config';

/** The training configuration of a model in a form that TensorFlow 2.4 to 2.21 compile from; null when there is none. */
export function trainingMetadata(model: Model): JsonObject | null {
  const described = model.get_training_config();
  if (described === null) return keptTraining(model);
  const config = toWidestForm(described as unknown as JsonValue) as JsonObject;
  const own = config.optimizer_config;
  if (!isJsonObject(own)) return config;
  const neutral = neutralOptimizer(own);
  if (neutral === undefined) return config;
  return mapObject({ ...config, [OWN_OPTIMIZER]: own }, (value, key) =>
    key === 'optimizer_config' ? neutral : value,
  );
}

/** A training configuration with the optimizer that the model had when it was saved here. */
export function withOwnOptimizer(training: JsonObject): JsonObject {
  const own = training[OWN_OPTIMIZER];
  return own === undefined ? training : { ...training, optimizer_config: own };
}

/** Arguments of the optimizers that all versions have. */
const ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Adadelta', ['rho', 'epsilon']],
  ['Adagrad', ['initial_accumulator_value', 'epsilon']],
  ['Adam', ['beta_1', 'beta_2', 'epsilon', 'amsgrad']],
  ['Adamax', ['beta_1', 'beta_2', 'epsilon']],
  [
    'Ftrl',
    [
      'learning_rate_power',
      'initial_accumulator_value',
      'l1_regularization_strength',
      'l2_regularization_strength',
      'l2_shrinkage_regularization_strength',
      'beta',
    ],
  ],
  ['Nadam', ['beta_1', 'beta_2', 'epsilon']],
  ['RMSprop', ['rho', 'momentum', 'epsilon', 'centered']],
  ['SGD', ['momentum', 'nesterov']],
]);

/** Options that only some versions have, which do not matter while they hold these values. */
const NEUTRAL: ReadonlyMap<string, readonly JsonValue[]> = new Map([
  ['weight_decay', [null, 0, false]],
  ['use_ema', [null, false]],
]);

const CLIPS = ['clipnorm', 'clipvalue', 'global_clipnorm'];

/** An equal optimizer that all versions know; undefined when there is none. */
function neutralOptimizer(own: JsonObject): JsonObject | undefined {
  const name = String(own.class_name).replace(/^.*>/, '');
  const { config } = own;
  if (!isJsonObject(config)) return undefined;
  if (/^LossScaleOptimizer/.test(name)) return neutralLossScale(config);
  const names = ARGUMENTS.get(name);
  if (names === undefined) return undefined;
  for (const [option, values] of NEUTRAL) {
    const value = config[option] ?? null;
    if (!values.includes(value)) return undefined;
  }
  const kept = new Set(['name', 'learning_rate', ...names]);
  const given = mapObject(config, (value, key) =>
    kept.has(key) || (CLIPS.includes(key) && value !== null) ? value : undefined,
  );
  return { class_name: name, config: withDecay(given, config.decay ?? 0) };
}

function withDecay(config: JsonObject, decay: JsonValue): JsonObject {
  return mapObject({ ...config, decay }, (value) => value);
}

function neutralLossScale(config: JsonObject): JsonObject | undefined {
  const { inner_optimizer: inner } = config;
  const neutral = isJsonObject(inner) ? neutralOptimizer(inner) : undefined;
  if (neutral === undefined) return undefined;
  const kept = ['dynamic', 'initial_scale', 'dynamic_growth_steps'];
  return {
    class_name: 'LossScaleOptimizer',
    config: mapObject({ ...config, inner_optimizer: neutral }, (value, key) =>
      key === 'inner_optimizer' || kept.includes(key) ? value : undefined,
    ),
  };
}
