import type { Model } from './model.ts';

/** How models are stored; a package that knows the formats provides it. */
export interface Saving {
  save_model(model: Model, filepath: unknown, ...rest: readonly unknown[]): Promise<void>;
  save_weights(model: Model, filepath: unknown, ...rest: readonly unknown[]): Promise<void>;
  load_weights(model: Model, filepath: unknown, ...rest: readonly unknown[]): Promise<unknown>;
}

const state: { current: Saving | null } = { current: null };

/** Tells models how to save themselves and to load weights. */
export function provide_saving(saving: Saving): void {
  state.current = saving;
}

/** @throws TypeError unless a package with the formats has been imported. */
export function saving(): Saving {
  if (state.current !== null) return state.current;
  throw new TypeError('Models save and load through @km/keras: import it instead of @km/layers.');
}
