import * as tf from '@tensorflow/tfjs-core';

/** A kernel made of other tfjs operations; on the tape and in a trace it counts as one. */
export interface ComposedKernel<A> {
  readonly kernelName: string;
  /** Computes the output; everything else it makes is disposed. */
  readonly compute: (inputs: Readonly<Record<string, tf.Tensor>>, attrs: A) => tf.Tensor;
}

/** Registers a kernel for the backends `cpu` and `wasm`, in place of one that is already there. */
export function registerComposedKernel<A>(kernel: ComposedKernel<A>): void {
  const { kernelName } = kernel;
  for (const backendName of ['cpu', 'wasm']) {
    // tfjs prints a warning when a kernel is registered over another one.
    if (tf.getKernel(kernelName, backendName) != null) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() =>
          kernel.compute(inputs as unknown as Record<string, tf.Tensor>, attrs as unknown as A),
        ),
    });
  }
}
