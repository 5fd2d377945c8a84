import {
  type CustomObjects,
  deserialize_keras_object,
  type Registrable,
  serialize_keras_object,
} from '../engine/registry.ts';
import type { Config, Constraint as ConstraintLike } from '../engine/types.ts';
import { Constraint } from './constraint.ts';
import { MaxNorm } from './max-norm.ts';
import { MinMaxNorm } from './min-max-norm.ts';
import { NonNeg } from './non-neg.ts';
import { RadialConstraint } from './radial-constraint.ts';
import { UnitNorm } from './unit-norm.ts';

export { Constraint, type NormAxis } from './constraint.ts';
export { MaxNorm, type MaxNormConfig } from './max-norm.ts';
export { MinMaxNorm, type MinMaxNormConfig } from './min-max-norm.ts';
export { NonNeg } from './non-neg.ts';
export { RadialConstraint } from './radial-constraint.ts';
export { UnitNorm, type UnitNormConfig } from './unit-norm.ts';

/** How a constraint may be given: a name, a config, an object, or a function from weight to weight. */
export type ConstraintIdentifier =
  | string
  | Config
  | ConstraintLike
  | Constraint['call']
  | null
  | undefined;

/** The constraints that Keras names, today and in old files. */
function makeBuiltins(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ['MaxNorm', MaxNorm],
    ['max_norm', MaxNorm],
    ['maxnorm', MaxNorm],
    ['NonNeg', NonNeg],
    ['non_neg', NonNeg],
    ['nonneg', NonNeg],
    ['UnitNorm', UnitNorm],
    ['unit_norm', UnitNorm],
    ['unitnorm', UnitNorm],
    ['MinMaxNorm', MinMaxNorm],
    ['min_max_norm', MinMaxNorm],
    ['RadialConstraint', RadialConstraint],
    ['radial_constraint', RadialConstraint],
  ]);
}

let made: ReadonlyMap<string, Registrable> | null = null;

function builtins(): ReadonlyMap<string, Registrable> {
  made ??= makeBuiltins();
  return made;
}

/** A projection that is a plain function. */
class FunctionConstraint extends Constraint {
  readonly fn: Constraint['call'];

  constructor(fn: Constraint['call']) {
    super();
    this.fn = fn;
  }

  call(w: Parameters<Constraint['call']>[0]): ReturnType<Constraint['call']> {
    return this.fn(w);
  }
}

/** Makes a constraint from its config. */
export function deserialize(config: unknown, custom_objects?: CustomObjects): Constraint | null {
  const found = deserialize_keras_object(config, builtins(), custom_objects, 'constraint');
  if (found === null || found instanceof Constraint) return found;
  if (typeof found === 'function') return new FunctionConstraint(found as Constraint['call']);
  return found as Constraint;
}

/** Returns the config of a constraint. */
export function serialize(constraint: ConstraintLike | null): unknown {
  if (constraint instanceof FunctionConstraint) return serialize_keras_object(constraint.fn);
  return serialize_keras_object(constraint);
}

/** Returns the constraint that an argument stands for; null for none. */
export function get(identifier: ConstraintIdentifier): Constraint | null {
  return deserialize(identifier);
}
