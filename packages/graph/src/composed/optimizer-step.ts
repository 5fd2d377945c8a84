import * as tf from '@tensorflow/tfjs-core';
import { simdFunctions } from '../kernels/simd/functions.ts';
import type { WasmBackend } from '../kernels/wasm-backend.ts';

/** Updates that run in one pass over the memory of the wasm backend. */
export type OptimizerStep = 'adam' | 'rmsprop' | 'sgd' | 'nesterov';

/**
 * Computes a step of an optimizer in one pass over the memory.
 *
 * @param tensors The variable, its slots in the order of the algorithm, and the gradient, all float32.
 * @param numbers The coefficients that the vector kernel of that name takes.
 * @returns the new values of the variable and the slots, or null on a backend without such kernels.
 */
export function optimizerStep(
  name: OptimizerStep,
  tensors: readonly tf.Tensor[],
  numbers: readonly number[],
): readonly tf.Tensor[] | null {
  const backend = tf.getBackend() === 'wasm' ? (tf.backend() as unknown as WasmBackend) : null;
  const simd = backend === null ? null : simdFunctions(backend);
  if (backend === null || simd === null) return null;
  const addressOf = ({ dataId }: tf.TensorInfo): number =>
    backend.dataIdMap.get(dataId).memoryOffset;
  // Looked up once before anything is allocated: data of another backend moves here on its first lookup.
  const inputs = tensors.map(addressOf);
  const outputs = tensors.slice(0, -1).map(({ shape }) => backend.makeOutput(shape, 'float32'));
  simd[name](...inputs, ...outputs.map(addressOf), tensors[0]?.size ?? 0, ...numbers);
  return outputs.map((info) => tf.engine().makeTensorFromTensorInfo(info));
}
