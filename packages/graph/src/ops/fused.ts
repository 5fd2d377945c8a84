import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { convolution, depthwiseConvolution } from '../composed/convolution.ts';
import type { Epilogue, FusableActivation } from '../composed/epilogue.ts';
import { dense } from '../composed/mat-mul.ts';
import type { Kernel, OpNode } from '../executor/op-node.ts';
import { onDevice } from '../executor/values.ts';
import { inputAt } from './define.ts';
import { windowAttrs } from './window-attrs.ts';

type Compute = (x: tf.Tensor, filter: tf.Tensor, epilogue: Epilogue) => tf.Tensor;

/** Makes the kernel of a product or convolution with its bias, the third input, and its activation. */
export function fusedKernel(node: OpNode, activation: FusableActivation): Kernel {
  const compute = node.op === 'MatMul' ? product : sliding(node);
  return (inputs) =>
    tf.tidy(() => {
      const [x, filter, bias] = [0, 1, 2].map((i) => onDevice(inputAt(inputs, i)));
      if (x === undefined || filter === undefined || bias?.rank !== 1) {
        throw new MalformedError(`A bias has ${bias?.rank ?? 0} axes.`);
      }
      return compute(x, filter, { bias, activation });
    });
}

const product: Compute = (x, kernel, epilogue) => {
  if (x.rank === 2 && kernel.rank === 2 && x.shape[1] === kernel.shape[0]) {
    return dense(x, kernel, epilogue);
  }
  throw new MalformedError(
    `Matrices of shapes [${x.shape.join(', ')}] and [${kernel.shape.join(', ')}] are multiplied.`,
  );
};

function sliding({ attrs, op }: OpNode): Compute {
  const { spatial, padding } = windowAttrs(attrs);
  const strides = spatial(attrs.ints('strides'));
  const dilationRate = spatial(attrs.ints('dilations'));
  const convolve = op === 'Conv2D' ? convolution : depthwiseConvolution;
  return (x, filter, epilogue) => convolve(x, filter, { padding, strides, dilationRate, epilogue });
}
