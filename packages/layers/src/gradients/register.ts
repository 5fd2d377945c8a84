import * as tf from '@tensorflow/tfjs-core';
import { scatterNdKernel, tensorScatterUpdateKernel } from '../ops/kernels/scatter.ts';
import { stridedSliceKernel } from '../ops/kernels/strided-slice.ts';
import { registerTypedArrayKernel } from '../ops/kernels/typed-array-kernel.ts';
import { unsortedSegmentSumKernel } from '../ops/kernels/unsorted-segment-sum.ts';
import { activationGradients } from './activation.ts';
import { arithmeticGradients } from './arithmetic.ts';
import { constantGradients } from './constant.ts';
import { gatherGradients } from './gather.ts';
import { matMulGradients } from './mat-mul.ts';
import { reductionGradients } from './reduction.ts';
import { shapeGradients } from './shape.ts';
import { sliceGradients } from './slice.ts';
import { unaryGradients } from './unary.ts';

let registered = false;

/**
 * Registers the gradients of all differentiable kernels with tfjs-core, and the kernels those gradients need.
 *
 * tfjs-core brings no gradient of its own. Calls after the first do nothing.
 */
export function registerGradients(): void {
  if (registered) return;
  registered = true;
  registerTypedArrayKernel(unsortedSegmentSumKernel);
  registerTypedArrayKernel(stridedSliceKernel);
  registerTypedArrayKernel(scatterNdKernel);
  registerTypedArrayKernel(tensorScatterUpdateKernel);
  const families = [
    arithmeticGradients,
    unaryGradients,
    activationGradients,
    reductionGradients,
    shapeGradients,
    sliceGradients,
    matMulGradients,
    gatherGradients,
    constantGradients,
  ];
  for (const config of families.flat()) tf.registerGradient(config);
}
