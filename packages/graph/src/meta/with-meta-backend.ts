import * as tf from '@tensorflow/tfjs-core';
import { META } from './backend.ts';
import { registerMetaBackend, startMetaBackend } from './register.ts';

/**
 * Runs a function on the shape-only backend and goes back to the current backend, or to none.
 *
 * Tensors of the other backend may be used; those made inside have no values outside. Wrap in `tf.tidy` what is not
 * needed afterwards.
 *
 * @throws TypeError while the current backend is being initialised: it could not be switched back to.
 */
export function withMetaBackend<T>(fn: () => T): T {
  registerMetaBackend();
  const engine = tf.engine();
  const before = engine.backendName;
  if (before === META) return fn();
  const isNone = (before ?? '') === '';
  if (!isNone && engine.registry[before] === undefined) {
    throw new TypeError(`the tfjs backend ${before} has not started: await tf.setBackend(…) first`);
  }
  if (engine.registry[META] === undefined) startMetaBackend();
  else switchTo(META);
  try {
    return fn();
  } finally {
    switchTo(before);
  }
}

const state: { tracing: boolean } = { tracing: false };

/** Runs a function that is written down while it runs, so that nothing in it may be made up for the sake of a shape. */
export function withoutMakingUp<T>(run: () => T): T {
  const outer = state.tracing;
  state.tracing = true;
  try {
    return run();
  } finally {
    state.tracing = outer;
  }
}

/**
 * Tells whether only shapes and dtypes of results matter, because the shape-only backend is active and nothing is being
 * traced.
 */
export function isMetaBackend(): boolean {
  return tf.getBackend() === META && !state.tracing;
}

/**
 * Makes a backend that has started the current one, or none. Its instance is put in place directly: `setBackend` would set
 * up all of its kernels again, which takes longer than a layer.
 */
function switchTo(name: string): void {
  const engine = tf.engine();
  engine.backendName = name;
  Reflect.set(engine, 'backendInstance', engine.registry[name] ?? null);
}
