import { toSnakeCase } from '../engine/names.ts';
import {
  type CustomObjects,
  deserialize_keras_object,
  type Registrable,
  type SerializableClass,
  serialize_keras_object,
} from '../engine/registry.ts';
import type { Config } from '../engine/types.ts';
import { Constant } from './constant.ts';
import { GlorotNormal } from './glorot-normal.ts';
import { GlorotUniform } from './glorot-uniform.ts';
import { HeNormal } from './he-normal.ts';
import { HeUniform } from './he-uniform.ts';
import { Identity } from './identity.ts';
import { Initializer } from './initializer.ts';
import { LecunNormal } from './lecun-normal.ts';
import { LecunUniform } from './lecun-uniform.ts';
import { Ones } from './ones.ts';
import { Orthogonal } from './orthogonal.ts';
import { RandomNormal } from './random-normal.ts';
import { RandomUniform } from './random-uniform.ts';
import { TruncatedNormal } from './truncated-normal.ts';
import { VarianceScaling } from './variance-scaling.ts';
import { Zeros } from './zeros.ts';

export { Constant, type ConstantConfig, type ConstantValue } from './constant.ts';
export { GlorotNormal } from './glorot-normal.ts';
export { GlorotUniform } from './glorot-uniform.ts';
export { HeNormal } from './he-normal.ts';
export { HeUniform } from './he-uniform.ts';
export { Identity, type IdentityConfig } from './identity.ts';
export { Initializer } from './initializer.ts';
export { LecunNormal } from './lecun-normal.ts';
export { LecunUniform } from './lecun-uniform.ts';
export { Ones } from './ones.ts';
export { Orthogonal, type OrthogonalConfig } from './orthogonal.ts';
export { RandomInitializer, type SeedConfig } from './random-initializer.ts';
export { RandomNormal, type RandomNormalConfig } from './random-normal.ts';
export { RandomUniform, type RandomUniformConfig } from './random-uniform.ts';
export { TruncatedNormal, type TruncatedNormalConfig } from './truncated-normal.ts';
export {
  type Distribution,
  type FanMode,
  VarianceScaling,
  type VarianceScalingConfig,
} from './variance-scaling.ts';
export { Zeros } from './zeros.ts';

/** How an initializer may be given: a name, a config, an object, or a function from shape and dtype to values. */
export type InitializerIdentifier = string | Config | Initializer | Initializer['call'];

/** The initializers that Keras names, today and in old files. */
function makeBuiltins(): ReadonlyMap<string, Registrable> {
  const classes: readonly SerializableClass<Initializer>[] = [
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
  ];
  const names = new Map<string, Registrable>();
  for (const each of classes) {
    const name = each.className ?? each.name;
    for (const spelling of [name, toSnakeCase(name)]) {
      names.set(spelling, each);
      names.set(`${spelling}V2`, each);
    }
  }
  return names
    .set('normal', RandomNormal)
    .set('uniform', RandomUniform)
    .set('one', Ones)
    .set('zero', Zeros);
}

let made: ReadonlyMap<string, Registrable> | null = null;

function builtins(): ReadonlyMap<string, Registrable> {
  made ??= makeBuiltins();
  return made;
}

/** An initializer that is a plain function. */
class FunctionInitializer extends Initializer {
  readonly fn: Initializer['call'];

  constructor(fn: Initializer['call']) {
    super();
    this.fn = fn;
  }

  call(...args: Parameters<Initializer['call']>): ReturnType<Initializer['call']> {
    return this.fn(...args);
  }
}

/** Makes an initializer from its config. */
export function deserialize(config: unknown, custom_objects?: CustomObjects): Initializer | null {
  const found = deserialize_keras_object(config, builtins(), custom_objects, 'initializer');
  if (found === null || found instanceof Initializer) return found;
  if (typeof found === 'function') return new FunctionInitializer(found as Initializer['call']);
  return found as Initializer;
}

/** Returns the config of an initializer. */
export function serialize(initializer: Initializer | null): unknown {
  if (initializer instanceof FunctionInitializer) return serialize_keras_object(initializer.fn);
  return serialize_keras_object(initializer);
}

/** Returns the initializer that an argument stands for. */
export function get(identifier: InitializerIdentifier): Initializer {
  const found = deserialize(identifier);
  if (found !== null) return found;
  throw new TypeError('An initializer is a name, a config or an object, not null.');
}
