import { isMetaBackend, isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { callOneOp, standIn } from './op-call.ts';

/** A function of numbers. */
export type NumberFunction = (...numbers: number[]) => number;

/** A function of numbers that tfjs lacks. */
export interface HostFunction {
  /** The op of TensorFlow that it equals. */
  readonly op: string;
  readonly compute: NumberFunction;
  /** Derivatives by each argument; null where TensorFlow has none. */
  readonly slopes: readonly (NumberFunction | null)[];
}

/** Applies a function of numbers to the elements of tensors, which are broadcast to each other. */
export function applyHost({ op, compute, slopes }: HostFunction, given: tf.Tensor[]): tf.Tensor {
  const shape = given.reduce<number[]>(
    (all, each) => tf.broadcast_util.assertAndGetBroadcastShape(all, each.shape),
    [],
  );
  const inputs = given.map((each) => tf.broadcastTo(tf.cast(each, 'float32'), shape));
  if (isTracing()) return callOneOp({ op, inputs, outputs: [{ shape, dtype: 'float32' }] });
  if (isMetaBackend()) return standIn(shape, 'float32');
  return differentiable(compute, slopes)(...inputs);
}

function mapNumbers(compute: NumberFunction, inputs: readonly tf.Tensor[]): tf.Tensor {
  const columns = inputs.map((each) => each.dataSync());
  const [first] = inputs;
  const values = Float32Array.from({ length: first?.size ?? 0 }, (_, i) =>
    compute(...columns.map((column) => column[i] ?? 0)),
  );
  return tf.tensor(values, first?.shape ?? []);
}

function differentiable(
  compute: NumberFunction,
  slopes: HostFunction['slopes'],
): (...inputs: tf.Tensor[]) => tf.Tensor {
  return tf.customGrad((...all) => {
    const inputs = all.slice(0, -1) as tf.Tensor[];
    const save = all.at(-1) as tf.GradSaveFunc;
    save(inputs);
    return {
      value: mapNumbers(compute, inputs),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        slopes.map((slope) =>
          slope === null ? tf.zerosLike(dy) : tf.mul(dy, mapNumbers(slope, saved)),
        ),
    };
  }) as (...inputs: tf.Tensor[]) => tf.Tensor;
}
