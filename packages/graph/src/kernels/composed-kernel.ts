import * as tf from '@tensorflow/tfjs-core';
import { BACKENDS, replaceKernel } from './replace-kernel.ts';

/** A kernel made of other tfjs operations; on the tape and in a trace it counts as one. */
export interface ComposedKernel<A> {
  readonly kernelName: string;
  /** Computes the output; everything else it makes is disposed. */
  readonly compute: (inputs: Readonly<Record<string, tf.Tensor>>, attrs: A) => tf.Tensor;
}

/** Registers a kernel for the backends `cpu` and `wasm`, in place of one that is already there. */
export function registerComposedKernel<A>({ kernelName, compute }: ComposedKernel<A>): void {
  for (const backendName of BACKENDS) {
    replaceKernel(kernelName, backendName, () => ({ inputs, attrs }) => {
      const tensors = inputs as unknown as Record<string, tf.Tensor>;
      return tf.tidy(() => compute(tensors, attrs as unknown as A));
    });
  }
}
