import * as tf from '@tensorflow/tfjs-core';
import { arrayKernels } from './array.ts';
import { META, MetaBackend } from './backend.ts';
import { creationKernels } from './creation.ts';
import { elementwiseKernels } from './elementwise.ts';
import { gatherKernels } from './gather.ts';
import { imageKernels } from './image.ts';
import type { MetaInputs, MetaKernel, MetaSpec } from './kernel.ts';
import { matrixKernels } from './matrix.ts';
import { reductionKernels } from './reduction.ts';
import { valueDependentKernels } from './value-dependent.ts';
import { windowKernels } from './window.ts';

/** Kernels that hand a constant's values on, so that code which prepares attributes can still read them. */
const VALUE_KEEPING: ReadonlySet<string> = new Set([tf.Identity, tf.Reshape, tf.ExpandDims]);

/** Lowest priority: tfjs must never choose this backend by itself. */
const PRIORITY = -1;

const starting: { wanted: boolean } = { wanted: false };

/** Starts the shape-only backend, for the first time. */
export function startMetaBackend(): void {
  starting.wanted = true;
  tf.setBackend(META).catch(() => undefined);
  starting.wanted = false;
}

/** Makes the backend where it is asked for: where no backend is active, tfjs tries all that are registered. */
function makeBackend(): MetaBackend {
  if (starting.wanted) return new MetaBackend();
  throw new TypeError('No tfjs backend is active: call `await ready()` first.');
}

/** Registers a kernel of the shape-only backend, in place of one that is already there. */
export function registerMetaKernel({ kernelName, infer }: MetaKernel): void {
  if (tf.getKernel(kernelName, META) != null) tf.unregisterKernel(kernelName, META);
  tf.registerKernel({
    kernelName,
    backendName: META,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const meta = backend as MetaBackend;
      const given = inputs as unknown as Record<string, tf.TensorInfo>;
      const outputs = infer(given as MetaInputs, attrs ?? {});
      const values = VALUE_KEEPING.has(kernelName) ? constantOf(meta, given) : null;
      return isList(outputs)
        ? outputs.map((spec) => makeInfo(meta, spec, null))
        : makeInfo(meta, outputs, values);
    },
  });
}

/** Registers the shape-only backend under the name `meta`; calls after the first do nothing. */
export function registerMetaBackend(): void {
  if (tf.findBackendFactory(META) != null) return;
  tf.registerBackend(META, makeBackend, PRIORITY);
  const families = [
    elementwiseKernels,
    reductionKernels,
    arrayKernels,
    creationKernels,
    matrixKernels,
    windowKernels,
    gatherKernels,
    imageKernels,
    valueDependentKernels,
  ];
  for (const kernel of families.flat()) registerMetaKernel(kernel);
}

function isList(outputs: MetaSpec | readonly MetaSpec[]): outputs is readonly MetaSpec[] {
  return Array.isArray(outputs);
}

function constantOf(
  meta: MetaBackend,
  inputs: Record<string, tf.TensorInfo>,
): tf.BackendValues | null {
  const [first] = Object.values(inputs);
  return first === undefined ? null : meta.constantValues(first.dataId);
}

function makeInfo(
  meta: MetaBackend,
  { shape, dtype }: MetaSpec,
  values: tf.BackendValues | null,
): tf.TensorInfo {
  const dims = [...shape];
  return { dataId: meta.write(values, dims, dtype), shape: dims, dtype };
}
