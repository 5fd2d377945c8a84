import type * as activations from '../../activations/index.ts';
import type { UnitsCellConfig } from './gated-cell.ts';

/** Arguments that the cells with gates share. */
export interface GateConfig extends UnitsCellConfig {
  readonly recurrent_activation?: activations.ActivationIdentifier;
  /** 1: drops inputs and states for each gate by itself; 2: the same for all gates. */
  readonly implementation?: number | undefined;
}

/** Returns the implementation a cell uses: dropping states needs the first one. */
export function implementationOf(given: number | undefined, recurrent_dropout: number): number {
  return recurrent_dropout !== 0 ? 1 : (given ?? 2);
}
