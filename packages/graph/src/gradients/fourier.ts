import * as tf from '@tensorflow/tfjs-core';
import { FOURIER } from '../kernels/fourier.ts';

/** Gradient of the Fourier transform: the transform of the gradient, the other way round. */
export const fourierGradients: readonly tf.GradConfig[] = [
  {
    kernelName: FOURIER,
    gradFunc: (dys, _saved, { inverse }) => {
      const [real, imag] = dys as tf.Tensor[];
      if (real === undefined || imag === undefined)
        throw new TypeError('a part of the gradient is missing');
      const [dReal = real, dImag = imag]: tf.Tensor[] = tf
        .engine()
        .runKernel(FOURIER, { real, imag }, { inverse: inverse !== true });
      return { real: () => dReal, imag: () => dImag };
    },
  },
];
