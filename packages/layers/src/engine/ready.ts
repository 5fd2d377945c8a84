import { MissingBackendError } from '@km/core';
import { META, registerGradients, registerMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { builtinLayers } from '../layers/table.ts';
import { Mean } from '../metrics/mean.ts';
import { AddLoss, AddMetric } from './add-layers.ts';
import { InputLayer } from './input-layer.ts';
import { Functional, Model } from './model.ts';
import { provide } from './providers.ts';
import type { Registrable } from './registry.ts';
import { Sequential } from './sequential.ts';

/** The built-in layers, and the models and layers that the engine itself brings. */
export function builtin_layers(): ReadonlyMap<string, Registrable> {
  return new Map<string, Registrable>([
    ...builtinLayers(),
    ['InputLayer', InputLayer],
    ['AddLoss', AddLoss],
    ['AddMetric', AddMetric],
    ['Functional', Functional],
    ['Model', Model],
    ['Sequential', Sequential],
  ]);
}

/** Tells the engine the built-in classes, and tfjs the gradients and kernels that it lacks. */
export function register(): void {
  const table = builtin_layers();
  provide({ layers: () => table, mean: (name) => new Mean({ name }) });
  registerGradients();
  registerMetaBackend();
}

/** Backends that are registered, the fastest first. */
function registeredBackends(): string[] {
  const factories = Object.entries(tf.engine().registryFactory);
  return factories
    .filter(([name]) => name !== META)
    .sort(([, a], [, b]) => b.priority - a.priority)
    .map(([name]) => name);
}

/**
 * Prepares the runtime; call it once before anything else, and again to change the backend.
 * Without a name the fastest backend that starts is taken, of those whose packages the program has imported.
 * Resolves to the name of the backend in use.
 * @throws MissingBackendError when none has been imported, or the named one does not start.
 */
export async function ready(backend?: string): Promise<string> {
  // The kernels of the runtime take the place of those of the backends, so these are imported before.
  register();
  for (const name of registeredBackends()) {
    if ((backend === undefined || backend === name) && (await tf.setBackend(name))) return name;
  }
  throw new MissingBackendError(
    `The tfjs backend ${backend ?? ''} did not start: install and import its package first, such as @tensorflow/tfjs-backend-wasm or @tensorflow/tfjs-backend-cpu.`,
  );
}
