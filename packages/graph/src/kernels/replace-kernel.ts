import * as tf from '@tensorflow/tfjs-core';

/** Backends for which this package brings kernels. */
export const BACKENDS: readonly string[] = ['cpu', 'wasm'];

const ours = new WeakSet<tf.KernelConfig>();

/**
 * Puts a kernel in the place of a backend's own, which it may call.
 *
 * Nothing happens if the backend is not imported, or if the kernel in place is from this package already, so that
 * calling it again after another backend was imported does what is missing.
 *
 * @param make Gets the kernel that is replaced, or null.
 */
export function replaceKernel(
  kernelName: string,
  backendName: string,
  make: (replaced: tf.KernelConfig | null) => tf.KernelFunc,
): void {
  if (tf.findBackendFactory(backendName) == null) return;
  const current = tf.getKernel(kernelName, backendName) ?? null;
  if (current !== null && ours.has(current)) return;
  // tfjs prints a warning when a kernel is registered over another one.
  if (current !== null) tf.unregisterKernel(kernelName, backendName);
  const config = { ...current, kernelName, backendName, kernelFunc: make(current) };
  tf.registerKernel(config);
  ours.add(config);
}
