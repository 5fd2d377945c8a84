import { registerRandomKernels } from '../random/kernels.ts';
import {
  batchNormTrainingGradKernel,
  batchNormTrainingKernel,
  fusedBatchNormKernel,
} from './batch-norm.ts';
import { registerComposedKernel } from './composed-kernel.ts';
import { conv2dBackpropFilterKernel, conv2dBackpropInputKernel } from './conv2d-backprop.ts';
import { conv3dBackpropFilterKernel, conv3dBackpropInputKernel, conv3dKernel } from './conv3d.ts';
import { cropGradBoxesKernel, cropGradImageKernel } from './crop-and-resize.ts';
import {
  depthwiseBackpropFilterKernel,
  depthwiseBackpropInputKernel,
} from './depthwise-backprop.ts';
import { einsumKernel } from './einsum.ts';
import {
  castKernel,
  clipKernel,
  identityKernel,
  relu6GradKernel,
  relu6Kernel,
  reluGradKernel,
  selectKernel,
  signKernel,
  tanhKernel,
} from './elementwise.ts';
import { registerEmptyGuards } from './empty.ts';
import { fourierKernel } from './fourier.ts';
import { gatherKernel } from './gather.ts';
import { sliceKernel, splitKernel, unpackKernel } from './parts.ts';
import {
  avgPool3dGradKernel,
  avgPoolGradKernel,
  maxPool3dKernel,
  maxPoolPositionsKernel,
} from './pooling.ts';
import { resampleGradKernel, resampleKernel } from './resample.ts';
import { scatterNdKernel, tensorScatterUpdateKernel } from './scatter.ts';
import { stridedSliceKernel } from './strided-slice.ts';
import { tileKernel } from './tile.ts';
import { transformKernel } from './transform.ts';
import { registerTypedArrayKernel } from './typed-array-kernel.ts';
import { unsortedSegmentSumKernel } from './unsorted-segment-sum.ts';
import { registerWasmComplex } from './wasm-complex.ts';
import { registerWasmConvolutions } from './wasm-convolutions.ts';
import { registerWasmMatMul } from './wasm-mat-mul.ts';

/**
 * Registers the kernels that a backend of tfjs lacks, gets wrong or computes slowly.
 *
 * Call it after the backends are imported, and again when another one has been imported.
 */
export function registerKernels(): void {
  registerWasmMatMul();
  registerWasmConvolutions();
  registerWasmComplex();
  registerRandomKernels();
  registerEmptyGuards();
  registerTypedArrayKernel(castKernel);
  registerTypedArrayKernel(identityKernel);
  registerTypedArrayKernel(selectKernel);
  registerTypedArrayKernel(clipKernel);
  registerTypedArrayKernel(relu6Kernel);
  registerTypedArrayKernel(signKernel);
  registerTypedArrayKernel(reluGradKernel);
  registerTypedArrayKernel(relu6GradKernel);
  registerTypedArrayKernel(tanhKernel);
  registerTypedArrayKernel(fusedBatchNormKernel);
  registerTypedArrayKernel(unsortedSegmentSumKernel);
  registerTypedArrayKernel(sliceKernel);
  registerTypedArrayKernel(unpackKernel);
  registerTypedArrayKernel(splitKernel);
  registerTypedArrayKernel(tileKernel);
  registerTypedArrayKernel(stridedSliceKernel);
  registerTypedArrayKernel(scatterNdKernel);
  registerTypedArrayKernel(tensorScatterUpdateKernel);
  registerTypedArrayKernel(depthwiseBackpropFilterKernel);
  registerTypedArrayKernel(maxPoolPositionsKernel);
  registerTypedArrayKernel(maxPool3dKernel);
  registerTypedArrayKernel(avgPoolGradKernel);
  registerTypedArrayKernel(avgPool3dGradKernel);
  registerTypedArrayKernel(batchNormTrainingKernel);
  registerTypedArrayKernel(batchNormTrainingGradKernel);
  registerTypedArrayKernel(cropGradImageKernel);
  registerTypedArrayKernel(cropGradBoxesKernel);
  registerTypedArrayKernel(resampleKernel);
  registerTypedArrayKernel(resampleGradKernel);
  registerTypedArrayKernel(transformKernel);
  registerTypedArrayKernel(gatherKernel);
  registerTypedArrayKernel(fourierKernel);
  registerComposedKernel(einsumKernel);
  registerComposedKernel(depthwiseBackpropInputKernel);
  registerComposedKernel(conv2dBackpropInputKernel);
  registerComposedKernel(conv2dBackpropFilterKernel);
  registerComposedKernel(conv3dKernel);
  registerComposedKernel(conv3dBackpropInputKernel);
  registerComposedKernel(conv3dBackpropFilterKernel);
}
