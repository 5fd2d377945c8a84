import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';
import { simdFunctions } from './simd/functions.ts';
import { withActivation } from './wasm-activation.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { convolveByProduct } from './wasm-conv.ts';
import { canFinish, finish } from './wasm-product.ts';

/**
 * Replaces the convolutions of the wasm backend. The fused ones keep a NaN, which their own activations turn into a
 * number: the activation follows in place, on what the kernel has just written. Few pixels are convolved by the product
 * of this package, which spares the packing of the filter.
 */
export function registerWasmConvolutions(): void {
  replaceKernel(tf.Conv2D, 'wasm', (replaced) => (call) => {
    const { x, filter } = call.inputs;
    const own = x && filter && convolveByProduct(wasmOf(call), x, filter, call.attrs ?? {});
    return own ?? need(replaced?.kernelFunc(call), tf.Conv2D);
  });
  replaceKernel(tf.FusedConv2D, 'wasm', (replaced) => (call) => {
    const own = fusedByProduct(call);
    return own ?? need(withOwnActivation(call, replaced), tf.FusedConv2D);
  });
  replaceKernel(tf.FusedDepthwiseConv2D, 'wasm', (replaced) => (call) => {
    return need(withOwnActivation(call, replaced), tf.FusedDepthwiseConv2D);
  });
}

type KernelCall = Parameters<tf.KernelFunc>[0];

function wasmOf({ backend }: KernelCall): WasmBackend {
  return backend as WasmBackend;
}

function withOwnActivation(
  call: KernelCall,
  replaced: tf.KernelConfig | null,
): tf.TensorInfo | undefined {
  return withActivation(wasmOf(call), call.attrs ?? {}, (attrs) =>
    replaced?.kernelFunc({ ...call, attrs }),
  );
}

function fusedByProduct(call: KernelCall): tf.TensorInfo | null {
  const { inputs, attrs } = call;
  const { x, filter, bias } = inputs;
  if (x === undefined || filter === undefined || !canFinish(attrs?.activation)) return null;
  const backend = wasmOf(call);
  const simd = simdFunctions(backend);
  const y = convolveByProduct(backend, x, filter, attrs ?? {});
  if (y !== null && simd !== null) finish(backend, simd, y, bias, attrs?.activation);
  return y;
}

function need<T>(result: T | undefined, kernelName: string): T {
  if (result === undefined) throw new TypeError(`the wasm backend has no ${kernelName}`);
  return result;
}
