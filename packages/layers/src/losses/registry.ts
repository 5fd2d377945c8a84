import {
  type CustomObjects,
  deserialize_keras_object,
  getClassName,
  type Registrable,
  serialize_keras_object,
} from '../engine/registry.ts';
import * as classification from './classification-losses.ts';
import { binary_crossentropy, categorical_crossentropy } from './crossentropy.ts';
import { kl_divergence } from './divergence.ts';
import { binary_focal_crossentropy, categorical_focal_crossentropy } from './focal.ts';
import { categorical_hinge, hinge, squared_hinge } from './hinge.ts';
import { Loss, type LossFn, LossFunctionWrapper } from './loss.ts';
import * as regression from './regression.ts';
import * as regressionLosses from './regression-losses.ts';
import { sparse_categorical_crossentropy } from './sparse-crossentropy.ts';

/** The loss functions by their first names, those that configurations note. */
export function loss_functions(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ['binary_crossentropy', binary_crossentropy],
    ['binary_focal_crossentropy', binary_focal_crossentropy],
    ['categorical_crossentropy', categorical_crossentropy],
    ['categorical_focal_crossentropy', categorical_focal_crossentropy],
    ['categorical_hinge', categorical_hinge],
    ['cosine_similarity', regression.cosine_similarity],
    ['hinge', hinge],
    ['huber', regression.huber],
    ['kl_divergence', kl_divergence],
    ['log_cosh', regression.log_cosh],
    ['mean_absolute_error', regression.mean_absolute_error],
    ['mean_absolute_percentage_error', regression.mean_absolute_percentage_error],
    ['mean_squared_error', regression.mean_squared_error],
    ['mean_squared_logarithmic_error', regression.mean_squared_logarithmic_error],
    ['poisson', regression.poisson],
    ['sparse_categorical_crossentropy', sparse_categorical_crossentropy],
    ['squared_hinge', squared_hinge],
  ]);
}

/** Other names of the loss functions. */
export function loss_aliases(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ...['mse', 'MSE'].map((name) => [name, regression.mean_squared_error] as const),
    ...['mae', 'MAE'].map((name) => [name, regression.mean_absolute_error] as const),
    ...['mape', 'MAPE'].map((name) => [name, regression.mean_absolute_percentage_error] as const),
    ...['msle', 'MSLE'].map((name) => [name, regression.mean_squared_logarithmic_error] as const),
    ...['kld', 'KLD', 'kullback_leibler_divergence'].map((name) => [name, kl_divergence] as const),
    ...['bce', 'BCE'].map((name) => [name, binary_crossentropy] as const),
    ['logcosh', regression.log_cosh],
    ['huber_loss', regression.huber],
    ['cosine_proximity', regression.cosine_similarity],
    ['cosine', regression.cosine_similarity],
  ]);
}

function loss_classes(): readonly Registrable[] {
  return [
    ...Object.values(regressionLosses),
    ...Object.values(classification),
    LossFunctionWrapper,
  ];
}

function builtins(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ...loss_functions(),
    ...loss_aliases(),
    ...loss_classes().map((type) => [getClassName(type), type] as const),
  ]);
}

/** Keras's name of a loss function; a function of the caller keeps its own. */
export function loss_function_name(fn: LossFn): string {
  for (const [name, known] of loss_functions()) if (known === fn) return name;
  return fn.name;
}

/** Makes a loss, or finds a loss function, from what `serialize` gave. */
export function deserialize(config: unknown, custom_objects?: CustomObjects): Loss | LossFn | null {
  return deserialize_keras_object(config, builtins(), custom_objects, 'loss function') as
    | Loss
    | LossFn
    | null;
}

/** Describes a loss as Keras saves it. */
export function serialize(loss: Loss | LossFn | null): unknown {
  if (typeof loss === 'function') return loss_function_name(loss);
  return serialize_keras_object(loss);
}

/**
 * Finds a loss by its name or configuration; losses and functions are returned as they are.
 * @throws NotFoundError for a name that neither Keras nor the custom objects know.
 */
export function get(identifier: unknown, custom_objects?: CustomObjects): Loss | LossFn | null {
  if (identifier === null || identifier === undefined) return null;
  if (identifier instanceof Loss || typeof identifier === 'function') {
    return identifier as Loss | LossFn;
  }
  return deserialize(identifier, custom_objects);
}

/** Makes a loss of whatever `get` accepts. */
export function loss_object(identifier: unknown, custom_objects?: CustomObjects): Loss | null {
  const found = deserialize(identifier, custom_objects);
  if (found === null || found instanceof Loss) return found;
  if (typeof found !== 'function') {
    throw new TypeError(`A loss is a name, a configuration, a function or a Loss, not ${found}.`);
  }
  const fn_name = loss_function_name(found);
  return new LossFunctionWrapper({ fn: found, fn_name, name: fn_name });
}
