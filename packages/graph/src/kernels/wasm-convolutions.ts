import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';
import { simdFunctions } from './simd/functions.ts';
import { endsOf, withActivation } from './wasm-activation.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { convolve } from './wasm-conv.ts';
import { convolveByTiles, isForTiles } from './wasm-winograd.ts';

/**
 * Replaces the convolutions of the wasm backend by faster ones. The fused ones of tfjs, which serve the other
 * activations, turn a NaN into a number: the activation follows in place, on what the kernel has just written.
 */
export function registerWasmConvolutions(): void {
  replaceKernel(tf.Conv2D, 'wasm', (replaced) => (call) => {
    return convolved(call, undefined) ?? need(replaced?.kernelFunc(call), tf.Conv2D);
  });
  replaceKernel(tf.FusedConv2D, 'wasm', (replaced) => (call) => {
    const own = convolved(call, call.attrs?.activation);
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

/** Convolves with the kernels of this package; null where they cannot. */
function convolved(call: KernelCall, activation: unknown): tf.TensorInfo | null {
  const { x, filter, bias } = call.inputs;
  const ends = endsOf(activation);
  const backend = wasmOf(call);
  if (x === undefined || filter === undefined || ends === null) return null;
  const info = infoOf(x, filter, call.attrs as unknown as tf.Conv2DAttrs);
  const simd = info === null ? null : simdFunctions(backend);
  if (info === null || simd === null) return null;
  const [low, high] = ends;
  const finish = { bias, low, high };
  const byTiles = isForTiles(info)
    ? convolveByTiles(backend, simd, { x, filter }, info, finish)
    : null;
  return byTiles ?? convolve(backend, simd, { x, filter }, info, finish);
}

function infoOf(
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  { strides, pad, dilations, dimRoundingMode, dataFormat }: tf.Conv2DAttrs,
): tf.backend_util.Conv2DInfo | null {
  if (dataFormat !== 'NHWC' || x.dtype !== 'float32' || filter.dtype !== 'float32') return null;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const isEmpty = tf.util.sizeFromShape(info.outShape) === 0 || info.inChannels === 0;
  return isEmpty || info.inChannels !== filter.shape[2] ? null : info;
}

function need<T>(result: T | undefined, kernelName: string): T {
  if (result === undefined) throw new TypeError(`the wasm backend has no ${kernelName}`);
  return result;
}
