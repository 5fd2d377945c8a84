export { batchNormTraining, type Normalized } from './batch-norm.ts';
export {
  type ConvolutionOptions,
  type ConvolutionPadding,
  convolution,
  depthwiseConvolution,
} from './convolution.ts';
export {
  type ConvolutionTransposeOptions,
  convolutionTranspose,
  transposedLength,
} from './convolution-transpose.ts';
export type { DataFormat } from './data-format.ts';
export { einsum } from './einsum.ts';
export { extractPatches, type PatchOptions } from './extract-patches.ts';
export { registerKernels } from './kernels/register.ts';
export { dropPackedCopies } from './kernels/wasm-backend.ts';
export { matMul } from './mat-mul.ts';
export { averagePooling, maxPooling, type PoolingOptions } from './pooling.ts';
export type { ResizeMethod } from './resampling.ts';
export { type ResizeOptions, resizeImages } from './resize.ts';
export {
  type ScanCall,
  type ScanHandler,
  type ScanOptions,
  type ScanResult,
  type ScanStep,
  scan,
  withScanHandler,
} from './scan.ts';
export { spaceToDepth } from './space-to-depth.ts';
