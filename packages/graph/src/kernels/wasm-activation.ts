import * as tf from '@tensorflow/tfjs-core';
import { simdFunctions } from './simd/functions.ts';
import type { WasmBackend } from './wasm-backend.ts';

const UPPER_ENDS: ReadonlyMap<unknown, number> = new Map([
  ['relu', Number.POSITIVE_INFINITY],
  ['relu6', 6],
]);

/** Both ends at which an activation cuts; null for activations that do more. */
export function endsOf(activation: unknown): readonly [low: number, high: number] | null {
  if (activation === undefined || activation === 'linear') {
    return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
  const high = UPPER_ENDS.get(activation);
  return high === undefined ? null : [0, high];
}

/** Runs a kernel without its activation and applies that to the result, where the vector kernels can. */
export function withActivation(
  backend: WasmBackend,
  attrs: tf.NamedAttrMap,
  run: (attrs: tf.NamedAttrMap) => tf.TensorInfo | tf.TensorInfo[] | undefined,
): tf.TensorInfo | undefined {
  const high = UPPER_ENDS.get(attrs.activation);
  const simd = high === undefined ? null : simdFunctions(backend);
  const alone = high !== undefined && simd !== null;
  const info = run(alone ? { ...attrs, activation: 'linear' } : attrs);
  if (info === undefined || Array.isArray(info)) return undefined;
  if (alone) {
    const { memoryOffset } = backend.dataIdMap.get(info.dataId);
    simd.clip(memoryOffset, memoryOffset, tf.util.sizeFromShape(info.shape), 0, high);
  }
  return info;
}
