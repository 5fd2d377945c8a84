import {
  type CustomObjects,
  deserialize_keras_object,
  type Registrable,
  serialize_keras_object,
} from '../engine/registry.ts';
import type { Config, Regularizer as RegularizerLike } from '../engine/types.ts';
import { L1 } from './l1.ts';
import { L1L2, l1_l2 } from './l1-l2.ts';
import { L2 } from './l2.ts';
import { OrthogonalRegularizer } from './orthogonal-regularizer.ts';
import { Regularizer } from './regularizer.ts';

export { L1, type L1Config } from './l1.ts';
export { L1L2, type L1L2Config, l1_l2 } from './l1-l2.ts';
export { L2, type L2Config } from './l2.ts';
export {
  OrthogonalRegularizer,
  type OrthogonalRegularizerConfig,
} from './orthogonal-regularizer.ts';
export { Regularizer } from './regularizer.ts';

/** How a regularizer may be given: a name, a config, an object, or a function from tensor to scalar. */
export type RegularizerIdentifier =
  | string
  | Config
  | RegularizerLike
  | Regularizer['call']
  | null
  | undefined;

/** The regularizers that Keras names. */
function makeBuiltins(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ['L1', L1],
    ['l1', L1],
    ['L2', L2],
    ['l2', L2],
    ['L1L2', L1L2],
    ['OrthogonalRegularizer', OrthogonalRegularizer],
    ['orthogonal_regularizer', OrthogonalRegularizer],
  ]);
}

let made: ReadonlyMap<string, Registrable> | null = null;

function builtins(): ReadonlyMap<string, Registrable> {
  made ??= makeBuiltins();
  return made;
}

/** A penalty that is a plain function. */
class FunctionRegularizer extends Regularizer {
  readonly fn: Regularizer['call'];

  constructor(fn: Regularizer['call']) {
    super();
    this.fn = fn;
  }

  call(x: Parameters<Regularizer['call']>[0]): ReturnType<Regularizer['call']> {
    return this.fn(x);
  }
}

/** Makes a regularizer from its config. */
export function deserialize(config: unknown, custom_objects?: CustomObjects): Regularizer | null {
  if (config === 'l1_l2') return l1_l2();
  const found = deserialize_keras_object(config, builtins(), custom_objects, 'regularizer');
  if (found === null || found instanceof Regularizer) return found;
  if (typeof found === 'function') return new FunctionRegularizer(found as Regularizer['call']);
  return found as Regularizer;
}

/** Returns the config of a regularizer. */
export function serialize(regularizer: RegularizerLike | null): unknown {
  if (regularizer instanceof FunctionRegularizer) return serialize_keras_object(regularizer.fn);
  return serialize_keras_object(regularizer);
}

/** Returns the regularizer that an argument stands for; null for none. */
export function get(identifier: RegularizerIdentifier): Regularizer | null {
  return deserialize(identifier);
}
