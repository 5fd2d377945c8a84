import * as tf from '@tensorflow/tfjs-core';
import { registerKernels } from '../kernels/register.ts';
import { activationGradients } from './activation.ts';
import { arithmeticGradients } from './arithmetic.ts';
import { constantGradients } from './constant.ts';
import { convolutionGradients } from './convolution.ts';
import { einsumGradients } from './einsum.ts';
import { fourierGradients } from './fourier.ts';
import { gatherGradients } from './gather.ts';
import { matMulGradients } from './mat-mul.ts';
import { normalizationGradients } from './normalization.ts';
import { poolingGradients } from './pooling.ts';
import { reductionGradients } from './reduction.ts';
import { resizeGradients } from './resize.ts';
import { shapeGradients } from './shape.ts';
import { sliceGradients } from './slice.ts';
import { transformGradients } from './transform.ts';
import { unaryGradients } from './unary.ts';

/**
 * Registers the gradients of all differentiable kernels with tfjs-core, and the kernels those gradients need.
 *
 * tfjs-core brings no gradient of its own. Calling it again does what is missing, for example after another backend was
 * imported.
 */
export function registerGradients(): void {
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
    transformGradients,
    constantGradients,
    fourierGradients,
  ];
  for (const config of families.flat()) {
    if (tf.getGradient(config.kernelName) !== config) tf.registerGradient(config);
  }
}
