import type { Registrable } from './registry.ts';
import type { Module } from './tracking.ts';

/** A metric as layers use it for values that they add. */
export interface AddedMetric extends Module {
  readonly name: string;
  update_state(value: unknown): void;
}

/** What the engine needs of the packages that build on it. */
export interface Providers {
  /** The built-in layer and model classes, by class name. */
  layers(): ReadonlyMap<string, Registrable>;
  /** A metric that averages the values given to it. */
  mean(name: string): AddedMetric;
}

const state: { current: Providers | null } = { current: null };

/** Tells the engine the built-in layers and metrics. */
export function provide(providers: Providers): void {
  state.current = providers;
}

/** What the engine was told, or `null` before `ready` has run. */
export function findProviders(): Providers | null {
  return state.current;
}

/** @throws TypeError before `ready` has run. */
export function provided(): Providers {
  if (state.current !== null) return state.current;
  throw new TypeError('The runtime is not ready: call `await ready()` first.');
}
