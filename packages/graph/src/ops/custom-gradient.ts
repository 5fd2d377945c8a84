import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Compiled } from '../executor/compiled.ts';
import type { CustomGradient } from '../executor/custom-gradient.ts';
import { HostTensor } from '../executor/host-tensor.ts';
import type { Kernel, OpNode, PlannedKernel } from '../executor/op-node.ts';
import { share, toTensor, type Value } from '../executor/values.ts';

/** Passes values on; taking a gradient through them is an error that says why. */
export function refusedGradientKernel({ where }: OpNode, problem: string): Kernel {
  return (inputs) =>
    inputs.map((value) => {
      if (!(value instanceof tf.Tensor) || value.dtype !== 'float32') return share(value);
      return tf.customGrad((x) => ({
        value: tf.clone(x as tf.Tensor),
        gradFunc: () => {
          throw new UnsupportedError(`${where} has a gradient of its own, ${problem}.`);
        },
      }))(value);
    });
}

/** Passes values on; what flows back through the results is computed by a function of the program. */
export function customGradientKernel(
  node: OpNode,
  { results, captures }: CustomGradient,
  compiled: Compiled,
): PlannedKernel {
  const count = results.length;
  // The inputs are results of the function with the gradient, which have none themselves, and then its arguments.
  const first = results.findIndex((result) => result !== null);
  const isComplete =
    node.inputTypes.length === count + captures.length &&
    compiled.argTypes.length === node.inputTypes.length;
  const refused = refusedGradientKernel(node, 'whose function takes other arguments');
  return {
    outputs: node.outputTypes.map(() => 'owned'),
    kernel: (inputs, run) => {
      if (!inputs.every(isDense)) return inputs.map(share);
      if (!isComplete) return refused(inputs, run);
      const tensors = inputs.map(toTensor);
      const back = (dy: tf.Tensor, at: number, given: readonly tf.Tensor[]): tf.Tensor[] => {
        const upstream = given.slice(0, count).map((x, i) => (i === at ? dy : tf.zerosLike(x)));
        const made: Value[] = compiled.run([...upstream, ...given.slice(count)], run);
        return given.map((x, i) => {
          const value = made[results[i] ?? -1];
          return value instanceof tf.Tensor ? value : tf.zerosLike(x);
        });
      };
      return inputs.map((tensor, at) => {
        if (at >= first || !(tensor instanceof tf.Tensor) || tensor.dtype !== 'float32') {
          return share(tensor);
        }
        return tf.customGrad((...given) => {
          const save = given.pop() as tf.GradSaveFunc;
          save(given as tf.Tensor[]);
          return {
            value: tf.clone(tensor),
            gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => back(dy, at, saved),
          };
        })(...tensors);
      });
    },
  };
}

function isDense(value: Value): boolean {
  return value instanceof tf.Tensor || value instanceof HostTensor;
}
