import * as tf from '@tensorflow/tfjs-core';
import { contract, equationOf } from '../composed/einsum.ts';
import type { ComposedKernel } from './composed-kernel.ts';

/** Einstein summation, which the wasm backend lacks. Equals TensorFlow's `Einsum`. */
export const einsumKernel: ComposedKernel<tf.EinsumAttrs> = {
  kernelName: tf.Einsum,
  compute: (inputs, { equation }) => {
    const tensors = Object.values(inputs);
    return contract(equationOf(equation, tensors), tensors);
  },
};
