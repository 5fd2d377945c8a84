import type * as constraints from '../constraints/index.ts';
import type * as initializers from '../initializers/index.ts';
import type * as regularizers from '../regularizers/index.ts';

/** Initializer, regularizer and constraint arguments of a weight named `P`. */
export type WeightConfig<P extends string> = {
  readonly [K in `${P}_initializer`]?: initializers.InitializerIdentifier;
} & {
  readonly [K in `${P}_regularizer`]?: regularizers.RegularizerIdentifier;
} & {
  readonly [K in `${P}_constraint`]?: constraints.ConstraintIdentifier;
};
