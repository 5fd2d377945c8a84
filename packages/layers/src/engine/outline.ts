import * as tf from '@tensorflow/tfjs-core';

/** Name of the backend that knows shapes and dtypes but holds no values. */
const OUTLINE = 'meta';

/** True while tensors have no values. */
export function isOutlining(): boolean {
  return tf.getBackend() === OUTLINE;
}

/** Runs a function on the shape-only backend, and goes back to the current one afterwards. */
export function onOutlineBackend<T>(run: () => T): T {
  const engine = tf.engine();
  const before = engine.backendName;
  if (before === OUTLINE || engine.findBackendFactory(OUTLINE) === undefined) return run();
  switchTo(OUTLINE);
  try {
    return run();
  } finally {
    switchTo(before);
  }
}

/** Switches at once; the promise tells nothing more once a backend has been initialised. */
function switchTo(name: string): void {
  tf.setBackend(name).catch(() => undefined);
}
