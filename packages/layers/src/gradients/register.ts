import * as tf from '@tensorflow/tfjs-core';
import { registerKernels } from '../ops/kernels/register.ts';
import { activationGradients } from './activation.ts';
import { arithmeticGradients } from './arithmetic.ts';
import { constantGradients } from './constant.ts';
import { convolutionGradients } from './convolution.ts';
import { einsumGradients } from './einsum.ts';
import { gatherGradients } from './gather.ts';
import { matMulGradients } from './mat-mul.ts';
import { normalizationGradients } from './normalization.ts';
import { poolingGradients } from './pooling.ts';
import { reductionGradients } from './reduction.ts';
import { resizeGradients } from './resize.ts';
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
  registerKernels();
  const families = [
    arithmeticGradients,
    unaryGradients,
    activationGradients,
    reductionGradients,
    shapeGradients,
    sliceGradients,
    matMulGradients,
    einsumGradients,
    convolutionGradients,
    poolingGradients,
    normalizationGradients,
    gatherGradients,
    resizeGradients,
    constantGradients,
  ];
  for (const config of families.flat()) tf.registerGradient(config);
}
