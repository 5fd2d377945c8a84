import { isPlainObject } from '../engine/nest.ts';
import {
  type CustomObjects,
  deserialize_keras_object,
  getClassName,
  type Registrable,
  serialize_keras_object,
} from '../engine/registry.ts';
import type { Config } from '../engine/types.ts';
import { Adadelta } from './adadelta.ts';
import { Adafactor } from './adafactor.ts';
import { Adagrad } from './adagrad.ts';
import { Adam, AdamW } from './adam.ts';
import { Adamax } from './adamax.ts';
import { Ftrl } from './ftrl.ts';
import * as legacy from './legacy/index.ts';
import { Lion } from './lion.ts';
import { LossScaleOptimizer } from './loss-scale-optimizer.ts';
import { Nadam } from './nadam.ts';
import { Optimizer } from './optimizer.ts';
import { RMSprop } from './rmsprop.ts';
import { SGD } from './sgd.ts';

/** An optimizer of either family, or one with loss scaling. */
export type AnyOptimizer = Optimizer | legacy.Optimizer | LossScaleOptimizer;

type Family = ReadonlyMap<string, Registrable>;

const byLowerCase = (classes: readonly Registrable[]): Family =>
  new Map(classes.map((type) => [getClassName(type).toLowerCase(), type] as const));

function currentFamily(): Family {
  const classes = [Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lion, Nadam];
  return byLowerCase([...classes, RMSprop, SGD]);
}

function legacyFamily(): Family {
  const { Adadelta, Adagrad, Adam, Adamax, Ftrl, Nadam, RMSprop, SGD } = legacy;
  return byLowerCase([Adadelta, Adagrad, Adam, Adamax, Ftrl, Nadam, RMSprop, SGD]);
}

/** Keys that only Keras 3 writes; they have no effect here. */
const KERAS_3_KEYS: readonly string[] = ['loss_scale_factor', 'gradient_accumulation_steps'];

/** True for an object that can train a model. */
export function isOptimizer(value: unknown): value is AnyOptimizer {
  return (
    value instanceof Optimizer ||
    value instanceof legacy.Optimizer ||
    value instanceof LossScaleOptimizer
  );
}

/**
 * Tells the family of a configuration: TensorFlow up to 2.10 had only what is legacy now and did not say so; from 2.11
 * on configurations say it, as do the prefix of registered classes and, in the newer form, the module.
 */
function isLegacy(class_name: string, module: unknown, config: Config): boolean {
  if (typeof config.is_legacy_optimizer === 'boolean') return config.is_legacy_optimizer;
  if (typeof module === 'string') return module.includes('legacy');
  if (class_name.includes('>') || class_name.startsWith('Experimental')) return false;
  return !KERAS_3_KEYS.some((key) => key in config) && Object.keys(config).length > 0;
}

function builtInClass(
  class_name: string,
  module: unknown,
  config: Config,
): Registrable | undefined {
  const name = class_name
    .replace(/^Custom>/, '')
    .replace(/^Experimental/i, '')
    .toLowerCase();
  const old = isLegacy(class_name, module, config) ? legacyFamily().get(name) : undefined;
  return old ?? currentFamily().get(name);
}

/**
 * Makes an optimizer from a configuration of any Keras version, or a current one from its name.
 * @throws NotFoundError for a class that neither Keras nor the custom objects know.
 */
export function deserialize(identifier: unknown, custom_objects?: CustomObjects): AnyOptimizer {
  const described: Config = isPlainObject(identifier)
    ? identifier
    : { class_name: identifier, config: {} };
  const { class_name, module } = described;
  if (typeof class_name !== 'string') {
    throw new TypeError(
      `${JSON.stringify(identifier)} is neither name nor configuration of an optimizer.`,
    );
  }
  const config = isPlainObject(described.config) ? described.config : {};
  if (/^lossscaleoptimizer/i.test(class_name.replace(/^.*>/, ''))) {
    return lossScaleOptimizer(config, custom_objects);
  }
  const type = builtInClass(class_name, module, config);
  const builtins = new Map(type === undefined ? [] : [[class_name, type] as const]);
  const own = Object.entries(config).filter(([key]) => !KERAS_3_KEYS.includes(key));
  const made = deserialize_keras_object(
    { ...described, config: Object.fromEntries(own) },
    builtins,
    custom_objects,
    'optimizer',
  );
  if (isOptimizer(made)) return made;
  throw new TypeError(`'${class_name}' is no optimizer.`);
}

/** Reads the configuration of a LossScaleOptimizer, of which TensorFlow 2.3 had another form. */
function lossScaleOptimizer(config: Config, custom_objects?: CustomObjects): LossScaleOptimizer {
  const described = config.inner_optimizer ?? config.optimizer;
  const inner = isOptimizer(described) ? described : deserialize(described, custom_objects);
  if (inner instanceof LossScaleOptimizer) {
    throw new TypeError('LossScaleOptimizer cannot wrap another LossScaleOptimizer.');
  }
  const old = isPlainObject(config.loss_scale) ? config.loss_scale : null;
  const scale = isPlainObject(old?.config) ? old.config : {};
  const dynamic = old === null ? config.dynamic !== false : old.class_name !== 'FixedLossScale';
  const initial = config.initial_scale ?? scale.initial_loss_scale ?? scale.loss_scale_value;
  const steps = config.dynamic_growth_steps ?? scale.increment_period;
  return new LossScaleOptimizer({
    inner_optimizer: inner,
    dynamic,
    initial_scale: typeof initial === 'number' ? initial : null,
    dynamic_growth_steps: dynamic && typeof steps === 'number' ? steps : null,
  });
}

/** Describes an optimizer as TensorFlow 2.12 and later note it in training configurations. */
export function serialize(optimizer: AnyOptimizer): unknown {
  if (optimizer instanceof LossScaleOptimizer) {
    const inner = optimizer.inner_optimizer;
    const class_name = inner instanceof Optimizer ? 'LossScaleOptimizerV3' : 'LossScaleOptimizer';
    return { class_name, config: { ...optimizer.get_config(), inner_optimizer: serialize(inner) } };
  }
  const described = serialize_keras_object(optimizer);
  const className = getClassName(optimizer);
  const builtIn = currentFamily().get(className.toLowerCase()) === optimizer.constructor;
  return builtIn && isPlainObject(described)
    ? { ...described, class_name: `Custom>${className}` }
    : described;
}

/** Finds an optimizer by its name or configuration; optimizers are returned as they are. */
export function get(identifier: unknown, custom_objects?: CustomObjects): AnyOptimizer {
  return isOptimizer(identifier) ? identifier : deserialize(identifier, custom_objects);
}
