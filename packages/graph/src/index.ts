export type { PartialShape } from '@km/core/tensor-proto';
export {
  batchNormInference,
  batchNormTraining,
  type ChannelStatistics,
  type Normalized,
} from './composed/batch-norm.ts';
export {
  type ConvolutionOptions,
  type ConvolutionPadding,
  convolution,
  depthwiseConvolution,
} from './composed/convolution.ts';
export {
  type ConvolutionTransposeOptions,
  convolutionTranspose,
  transposedLength,
} from './composed/convolution-transpose.ts';
export { type DataFormat, toChannelsLast } from './composed/data-format.ts';
export { einsum } from './composed/einsum.ts';
export type { Epilogue, FusableActivation } from './composed/epilogue.ts';
export { extractPatches, type PatchOptions } from './composed/extract-patches.ts';
export { dense, matMul } from './composed/mat-mul.ts';
export { type OptimizerStep, optimizerStep } from './composed/optimizer-step.ts';
export { averagePooling, maxPooling, type PoolingOptions } from './composed/pooling.ts';
export type { PixelGrid, ResizeMethod } from './composed/resampling.ts';
export { type ResizeOptions, resizeImages } from './composed/resize.ts';
export {
  type ScanCall,
  type ScanHandler,
  type ScanOptions,
  type ScanResult,
  type ScanStep,
  scan,
  withScanHandler,
} from './composed/scan.ts';
export { spaceToDepth } from './composed/space-to-depth.ts';
export { AssetTensor } from './executor/asset-tensor.ts';
export type { BodyArg } from './executor/body.ts';
export { constantOf } from './executor/constant.ts';
export type { CustomGradient, CustomGradients } from './executor/custom-gradient.ts';
export { deviceDType, type GraphDType } from './executor/dtype.ts';
export {
  type ExecutorOptions,
  type FunctionSource,
  type GraphCut,
  GraphExecutor,
} from './executor/executor.ts';
export { GraphFunction, type Named } from './executor/graph-function.ts';
export { HostTensor } from './executor/host-tensor.ts';
export { recordOfValue, valueOfRecord } from './executor/records.ts';
export { ResourceContainer } from './executor/resource-container.ts';
export { ComplexTensor, Resource, toTensor, type Value, Variant } from './executor/values.ts';
export { GraphVariable, VariableResource, type VariableState } from './executor/variable.ts';
export { registerGradients } from './gradients/register.ts';
export { sipHash } from './hash/sip-hash.ts';
export { registerKernels } from './kernels/register.ts';
export {
  inferShapes,
  isMetaBackend,
  META,
  MetaBackend,
  type MetaInference,
  type MetaInputs,
  type MetaKernel,
  type MetaSpec,
  metaKernel,
  type OpenSpec,
  registerMetaBackend,
  registerMetaKernel,
  withMetaBackend,
} from './meta/index.ts';
export { besselIe } from './numbers/special-functions.ts';
export { runnableOps } from './ops/table.ts';
export { TableResource } from './ops/table-resource.ts';
export {
  type Distribution,
  type DrawStart,
  draw,
  drawIntegers,
  reservedSteps,
} from './random/distributions.ts';
export {
  Philox,
  type PhiloxStart,
  startOfOperation,
  startOfSeeds,
  startOfSeedWords,
  WORDS_PER_BLOCK,
} from './random/philox.ts';
export {
  type AdoptedFunctions,
  type AdoptedGradient,
  type AssignMode,
  type CalledFunction,
  type Callee,
  ChangedArguments,
  FunctionLibrary,
  type FunctionOrigin,
  isTracing,
  type OpenLength,
  type Renaming,
  type SharedFunction,
  type TraceableFunction,
  type TracedFunction,
  type TracedHandle,
  type TracedInput,
  type TracedOp,
  type TracedOutput,
  type TracedResource,
  type TracedStep,
  type TracedVariable,
  type TraceOptions,
  type TraceSpec,
  trace,
  tracedAssign,
  tracedCall,
  tracedLength,
  tracedLoop,
  tracedOp,
  tracedRead,
  whenRunEnds,
} from './tracer/index.ts';
