import { MissingBackendError } from '@km/core';
import { META, registerMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/register.ts';
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

/** Imports a backend package that may not be installed; importing registers it. */
async function importBackend(load: () => Promise<unknown>): Promise<boolean> {
  try {
    await load();
    return true;
  } catch {
    return false;
  }
}

/** Imports the backends that run without a graphics card, when the program has imported none itself. */
async function findBackends(): Promise<string[]> {
  if (registeredBackends().length === 0) {
    await importBackend(() => import('@tensorflow/tfjs-backend-wasm'));
    await importBackend(() => import('@tensorflow/tfjs-backend-cpu'));
  }
  return registeredBackends();
}

/**
 * Prepares the runtime; call it once before anything else, and again to change the backend.
 * Without a name the fastest backend that starts is taken: of those the program has imported, else wasm, else cpu.
 * Resolves to the name of the backend in use.
 * @throws MissingBackendError when none is installed, or the named one does not start.
 */
export async function ready(backend?: string): Promise<string> {
  register();
  const candidates = backend === undefined ? await findBackends() : [backend];
  if (backend !== undefined && !registeredBackends().includes(backend)) await findBackends();
  for (const name of candidates) {
    if (registeredBackends().includes(name) && (await tf.setBackend(name))) return name;
  }
  throw new MissingBackendError(
    backend === undefined
      ? 'No tfjs backend was found: install @tensorflow/tfjs-backend-wasm or @tensorflow/tfjs-backend-cpu.'
      : `The tfjs backend ${backend} did not start: install and import its package first.`,
  );
}
