import { type ConstraintIdentifier, get as constraint } from '../constraints/index.ts';
import { type InitializerIdentifier, get as initializer } from '../initializers/index.ts';
import { type RegularizerIdentifier, get as regularizer } from '../regularizers/index.ts';
import type { Config, Constraint, Initializer, Regularizer } from './types.ts';

/** The initializer that an argument names. */
export function getInitializer(
  identifier: string | Config | Initializer | null | undefined,
): Initializer | null {
  if (identifier === null || identifier === undefined) return null;
  return initializer(identifier as InitializerIdentifier);
}

/** The regularizer that an argument names. */
export function getRegularizer(
  identifier: string | Config | Regularizer | null | undefined,
): Regularizer | null {
  return regularizer(identifier as RegularizerIdentifier);
}

/** The constraint that an argument names. */
export function getConstraint(
  identifier: string | Config | Constraint | null | undefined,
): Constraint | null {
  return constraint(identifier as ConstraintIdentifier);
}
