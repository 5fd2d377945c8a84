import type { Config, Constraint, Initializer, Regularizer } from './types.ts';

function instance<T extends object>(
  identifier: string | Config | T | null | undefined,
  kind: string,
): T | null {
  if (identifier === null || identifier === undefined) return null;
  if (typeof identifier === 'object' && 'call' in identifier) return identifier as T;
  throw new TypeError(`Could not interpret ${kind} identifier: ${JSON.stringify(identifier)}`);
}

/** The initializer that an argument names. */
export function getInitializer(
  identifier: string | Config | Initializer | null | undefined,
): Initializer | null {
  return instance<Initializer>(identifier, 'initializer');
}

/** The regularizer that an argument names. */
export function getRegularizer(
  identifier: string | Config | Regularizer | null | undefined,
): Regularizer | null {
  return instance<Regularizer>(identifier, 'regularizer');
}

/** The constraint that an argument names. */
export function getConstraint(
  identifier: string | Config | Constraint | null | undefined,
): Constraint | null {
  return instance<Constraint>(identifier, 'constraint');
}
