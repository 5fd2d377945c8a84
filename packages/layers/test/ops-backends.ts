import { test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { registerGradients } from '@km/graph';

/** Declares the same test for the backends `cpu` and `wasm`; every tensor it makes is disposed. */
export function testOnBackends(name: string, body: () => void): void {
  test.each(['cpu', 'wasm'])(`${name} (%s)`, async (backend) => {
    await tf.setBackend(backend);
    registerGradients();
    tf.tidy(body);
  });
}

/** Returns reproducible numbers in [low, high), spread without a pattern that symmetric code could exploit. */
export function numbers(count: number, low: number = -1, high: number = 1): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return low + ((high - low) * (state >>> 8)) / 2 ** 24;
  });
}

/** Returns a float32 tensor of reproducible numbers. */
export function sample(shape: number[], low: number = -1, high: number = 1): tf.Tensor {
  return tf.tensor(numbers(tf.util.sizeFromShape(shape), low, high), shape, 'float32');
}
