import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend.ts';

function floatsOf(backend: WasmBackend, { dataId, shape, dtype }: tf.TensorInfo): Float32Array {
  const { memoryOffset } = backend.dataIdMap.get(dataId);
  const count = tf.util.sizeFromShape(shape) * (dtype === 'complex64' ? 2 : 1);
  return new Float32Array(backend.wasm.HEAPU8.buffer, memoryOffset, count);
}

type Call = Parameters<tf.KernelConfig['kernelFunc']>[0];

function join({ inputs, backend }: Call): tf.TensorInfo {
  const { real, imag } = inputs as { real: tf.TensorInfo; imag: tf.TensorInfo };
  const wasm = backend as WasmBackend;
  const output = wasm.makeOutput(real.shape, 'complex64');
  const values = floatsOf(wasm, output);
  [real, imag].forEach((part, offset) => {
    floatsOf(wasm, part).forEach((value, i) => {
      values[2 * i + offset] = value;
    });
  });
  return output;
}

function partAt(offset: 0 | 1): tf.KernelConfig['kernelFunc'] {
  return ({ inputs, backend }) => {
    const { input } = inputs as { input: tf.TensorInfo };
    const wasm = backend as WasmBackend;
    const output = wasm.makeOutput(input.shape, 'float32');
    const values = floatsOf(wasm, input);
    const part = floatsOf(wasm, output);
    for (let i = 0; i < part.length; i++) part[i] = values[2 * i + offset] ?? 0;
    return output;
  };
}

/** Lets the wasm backend, which knows no complex numbers, make them and take them apart. */
export function registerWasmComplex(): void {
  const kernels = [
    [tf.Complex, join],
    [tf.Real, partAt(0)],
    [tf.Imag, partAt(1)],
  ] as const;
  for (const [kernelName, kernelFunc] of kernels) {
    if (tf.getKernel(kernelName, 'wasm') == null) {
      tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
    }
  }
}
