import * as tf from '@tensorflow/tfjs-core';
import type { Model } from './model.ts';

/** How models are stored, and a backend is chosen; a package that knows the formats provides it. */
export interface Saving {
  /** Prepares the runtime, unless that is done. */
  prepare(): Promise<void>;
  save_model(model: Model, filepath: unknown, ...rest: readonly unknown[]): Promise<void>;
  save_weights(model: Model, filepath: unknown, ...rest: readonly unknown[]): Promise<void>;
  load_weights(model: Model, filepath: unknown, ...rest: readonly unknown[]): Promise<unknown>;
}

const state: { current: Saving | null } = { current: null };

/** Tells models how to save themselves and to load weights. */
export function provide_saving(saving: Saving): void {
  state.current = saving;
}

/** Starts a backend where none is active and a package is there that knows which. */
export async function prepared(): Promise<void> {
  if ((tf.engine().backendName ?? '') === '') await state.current?.prepare();
}

/** @throws TypeError unless a package with the formats has been imported. */
export function saving(): Saving {
  if (state.current !== null) return state.current;
  throw new TypeError('Models save and load through @km/keras: import it instead of @km/layers.');
}
