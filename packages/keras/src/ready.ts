import { ready as start } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';

/** The backends that run everywhere; importing one registers it. */
const BACKENDS: readonly (readonly [name: string, load: () => Promise<unknown>])[] = [
  ['wasm', () => import('@tensorflow/tfjs-backend-wasm')],
  ['cpu', () => import('@tensorflow/tfjs-backend-cpu')],
];

/**
 * Prepares the runtime; call it once before anything else, and again to change the backend.
 * Without a name the fastest backend is taken of those that the program has imported, or else of wasm and cpu.
 * Resolves to the name of the backend in use.
 * @throws MissingBackendError when it does not start.
 */
export async function ready(backend?: string): Promise<string> {
  const known = Object.keys(tf.engine().registryFactory).filter((name) => name !== 'meta');
  const leaveToProgram = backend === undefined && known.length > 0;
  for (const [name, load] of BACKENDS) {
    const isWanted = backend === undefined || backend === name;
    if (isWanted && !leaveToProgram && !known.includes(name)) await load();
  }
  return start(backend);
}
