import type { Tensor } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { numbersOf } from './golden-report.ts';

/** Uploads a recorded dense tensor in the dtype in which tfjs computes it. */
export function tensorOf(record: Tensor): tf.Tensor {
  const shape = [...record.shape];
  if (record.dtype === 'string') return tf.tensor([...record.data], shape, 'string');
  const numbers = numbersOf(record);
  if (record.dtype === 'bool') return tf.tensor(Uint8Array.from(numbers), shape, 'bool');
  if (record.dtype.startsWith('float') || record.dtype === 'bfloat16') {
    return tf.tensor(Float32Array.from(numbers), shape, 'float32');
  }
  return tf.tensor(Int32Array.from(numbers), shape, 'int32');
}
