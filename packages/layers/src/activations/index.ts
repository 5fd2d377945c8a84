import { isPlainObject } from '../engine/nest.ts';
import { ownerOf, setOwner } from '../engine/owned-functions.ts';
import { findProviders } from '../engine/providers.ts';
import {
  type CustomObjects,
  deserialize_keras_object,
  type NamedFunction,
  type Registrable,
  type Serializable,
  serialize_keras_object,
} from '../engine/registry.ts';
import type { Config } from '../engine/types.ts';
import type { Activation } from './activation.ts';
import {
  elu,
  exponential,
  gelu,
  hard_sigmoid,
  linear,
  mish,
  selu,
  sigmoid,
  softplus,
  softsign,
  swish,
  tanh,
} from './elementwise.ts';
import { leaky_relu, relu, relu6 } from './relu.ts';
import { log_softmax, softmax } from './softmax.ts';

export type { Activation } from './activation.ts';
export {
  elu,
  exponential,
  gelu,
  hard_sigmoid,
  linear,
  mish,
  selu,
  sigmoid,
  softplus,
  softsign,
  swish,
  tanh,
} from './elementwise.ts';
export { leaky_relu, relu, relu6 } from './relu.ts';
export { log_softmax, softmax } from './softmax.ts';

/** A layer that serves as an activation. */
export interface ActivationLayer {
  apply(inputs: never): unknown;
  get_config(): Config;
}

/** How an activation may be given: a Keras name, a config, a function, or a layer; null is `linear`. */
export type ActivationIdentifier =
  | string
  | Config
  | Activation
  | ActivationLayer
  | null
  | undefined;

/** The functions that Keras names; the first name of a function is the one it is saved under. */
function makeBuiltins(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ['elu', elu],
    ['exponential', exponential],
    ['gelu', gelu],
    ['hard_sigmoid', hard_sigmoid],
    ['linear', linear],
    ['mish', mish],
    ['relu', relu],
    ['selu', selu],
    ['sigmoid', sigmoid],
    ['softmax', softmax],
    ['softplus', softplus],
    ['softsign', softsign],
    ['swish', swish],
    ['silu', swish],
    ['tanh', tanh],
    ['leaky_relu', leaky_relu],
    ['log_softmax', log_softmax],
    ['relu6', relu6],
  ]);
}

let made: ReadonlyMap<string, Registrable> | null = null;

function builtins(): ReadonlyMap<string, Registrable> {
  made ??= makeBuiltins();
  return made;
}

/** The functions, and the layers that configs describe. */
function withLayers(): ReadonlyMap<string, Registrable> {
  return new Map([...(findProviders()?.layers() ?? []), ...builtins()]);
}

/** Returns the activation that a config names. */
export function deserialize(name: unknown, custom_objects?: CustomObjects): Activation {
  const known = isPlainObject(name) ? withLayers() : builtins();
  const found = deserialize_keras_object(name, known, custom_objects, 'activation function');
  if (found === null) return linear;
  if (typeof found === 'function') return found as Activation;
  return callerOf(found);
}

function callerOf(found: unknown): Activation {
  if (typeof found === 'object' && found !== null && 'apply' in found && 'get_config' in found) {
    const layer = found as Serializable & { apply(x: unknown): ReturnType<Activation> };
    const caller: Activation = (x) => layer.apply(x);
    setOwner(caller, layer);
    return caller;
  }
  throw new TypeError(`An activation is a name or a function, not ${JSON.stringify(found)}.`);
}

/** Returns the name of an activation, or the config of the layer it stands for. */
export function serialize(activation: Activation): unknown {
  const owner = ownerOf(activation);
  if (owner !== undefined) return serialize_keras_object(owner as Serializable);
  for (const [name, fn] of builtins()) if (fn === activation) return name;
  return serialize_keras_object(activation as NamedFunction);
}

/** Returns the activation that an argument stands for; `linear` for null. */
export function get(identifier: ActivationIdentifier): Activation {
  return deserialize(identifier);
}
