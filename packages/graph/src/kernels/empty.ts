import * as tf from '@tensorflow/tfjs-core';
import { poolWindows } from './pooling.ts';
import { BACKENDS, replaceKernel } from './replace-kernel.ts';

/** What TensorFlow returns for a reduction of no elements. */
const OF_NOTHING: ReadonlyMap<string, number> = new Map([
  [tf.Sum, 0],
  [tf.Prod, 1],
  [tf.Mean, Number.NaN],
  [tf.Max, Number.NEGATIVE_INFINITY],
  [tf.Min, Number.POSITIVE_INFINITY],
  [tf.All, 1],
  [tf.Any, 0],
]);

const POOLINGS: readonly string[] = [tf.MaxPool, tf.AvgPool, tf.AvgPool3D];

type KernelCall = Parameters<tf.KernelFunc>[0];

/**
 * Corrects the kernels that read or write wrong memory, or return the wrong constant, where a tensor has no elements.
 */
export function registerEmptyGuards(): void {
  for (const backendName of BACKENDS) {
    for (const [name, value] of OF_NOTHING) {
      guard(name, backendName, (call) => reducedNothing(call, value));
    }
    for (const name of POOLINGS) guard(name, backendName, pooledNothing);
  }
}

/** Lets `answer` reply where it has something to say, and the kernel otherwise. */
function guard(
  kernelName: string,
  backendName: string,
  answer: (call: KernelCall) => tf.Tensor | null,
): void {
  replaceKernel(kernelName, backendName, (replaced) => (call) => {
    const reply = answer(call) ?? replaced?.kernelFunc(call);
    if (reply === undefined)
      throw new TypeError(`the backend '${backendName}' has no ${kernelName}`);
    return reply;
  });
}

function reducedNothing({ inputs, attrs }: KernelCall, value: number): tf.Tensor | null {
  const { x } = inputs;
  if (x === undefined || tf.util.sizeFromShape(x.shape) > 0) return null;
  const axis = attrs?.axis ?? attrs?.reductionIndices ?? null;
  const all = x.shape.map((_, i) => i);
  const axes = tf.util.parseAxisParam((axis as number | number[] | null) ?? all, x.shape);
  const shape = x.shape.flatMap((length, i) => {
    if (!axes.includes(i)) return [length];
    return attrs?.keepDims === true ? [1] : [];
  });
  return tf.fill(shape, value, x.dtype === 'bool' ? 'bool' : 'float32');
}

function pooledNothing({ inputs, attrs }: KernelCall): tf.Tensor | null {
  const { x } = inputs;
  if (x === undefined) return null;
  const windows = poolWindows(x.shape, attrs as unknown as Parameters<typeof poolWindows>[1]);
  const [batch = 0, ...rest] = x.shape;
  const shape = [batch, ...windows.map(({ output }) => output), rest.at(-1) ?? 0];
  return shape.includes(0) ? tf.zeros(shape) : null;
}
