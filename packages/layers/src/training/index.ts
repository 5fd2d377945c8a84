export type { ClassWeight } from './class-weight.ts';
export type { CompileArguments } from './compile-arguments.ts';
export type { BatchReader, StepFunction } from './epoch-reader.ts';
export type { EvaluateOptions } from './evaluate.ts';
export type { FitOptions, ValidationData } from './fit.ts';
export { type GradientOptions, gradients, type LossAndGradients } from './gradients.ts';
export type { BatchData, BatchIterable, TfjsDataset } from './iterable-source.ts';
export type { LossesContainer } from './losses-container.ts';
export type { MetricsContainer } from './metrics-container.ts';
export type { OnBatchOptions } from './on-batch.ts';
export type { PredictOptions } from './predict.ts';
export { Trainer } from './trainer.ts';
export type { TrainingConfig } from './training-config.ts';
export type { TrainingStart, TrainingState } from './training-state.ts';
export type {
  ArrayData,
  Batch,
  BatchTensors,
  Data,
  Logs,
  ShapedArray,
  TypedArray,
} from './types.ts';
