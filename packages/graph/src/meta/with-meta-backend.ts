import * as tf from '@tensorflow/tfjs-core';
import { META } from './backend.ts';
import { registerMetaBackend } from './register.ts';

/**
 * Runs a function on the shape-only backend and goes back to the current backend.
 *
 * Tensors of the other backend may be used; those made inside have no values outside. Wrap in `tf.tidy` what is not
 * needed afterwards.
 *
 * @throws TypeError if the current backend is not initialised: it could not be switched back to.
 */
export function withMetaBackend<T>(fn: () => T): T {
  registerMetaBackend();
  const engine = tf.engine();
  const before = engine.backendName;
  if (before === META) return fn();
  if (engine.registry[before] === undefined) {
    throw new TypeError('no tfjs backend is active: await tf.setBackend(…) first');
  }
  switchTo(META);
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
 * Makes a backend the current one. The first time it is initialised, which happens before the call returns. Later its
 * instance is put in place directly: `setBackend` would set up all of its kernels again, which takes longer than a layer.
 */
function switchTo(name: string): void {
  const engine = tf.engine();
  const known = engine.registry[name];
  if (known === undefined) {
    tf.setBackend(name).catch(() => undefined);
    return;
  }
  engine.backendName = name;
  Reflect.set(engine, 'backendInstance', known);
}
