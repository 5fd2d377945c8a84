export { binary_crossentropy, categorical_crossentropy } from '../losses/crossentropy.ts';
export {
  kl_divergence,
  kl_divergence as KLD,
  kl_divergence as kld,
  kl_divergence as kullback_leibler_divergence,
} from '../losses/divergence.ts';
export { binary_focal_crossentropy, categorical_focal_crossentropy } from '../losses/focal.ts';
export { hinge, squared_hinge } from '../losses/hinge.ts';
export {
  log_cosh,
  log_cosh as logcosh,
  mean_absolute_error,
  mean_absolute_error as MAE,
  mean_absolute_error as mae,
  mean_absolute_percentage_error,
  mean_absolute_percentage_error as MAPE,
  mean_absolute_percentage_error as mape,
  mean_squared_error,
  mean_squared_error as MSE,
  mean_squared_error as mse,
  mean_squared_logarithmic_error,
  mean_squared_logarithmic_error as MSLE,
  mean_squared_logarithmic_error as msle,
  poisson,
} from '../losses/regression.ts';
export { sparse_categorical_crossentropy } from '../losses/sparse-crossentropy.ts';
export {
  Accuracy,
  BinaryAccuracy,
  type BinaryAccuracyConfig,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  type TopKConfig,
} from './accuracy-metrics.ts';
export {
  type AtConfig,
  PrecisionAtRecall,
  type PrecisionValueConfig,
  RecallAtPrecision,
  type RecallConfig,
  SensitivityAtSpecificity,
  type SensitivityConfig,
  SpecificityAtSensitivity,
  type SpecificityConfig,
} from './at-metrics.ts';
export { AUC, type AUCConfig } from './auc.ts';
export {
  type CountConfig,
  FalseNegatives,
  FalsePositives,
  TrueNegatives,
  TruePositives,
} from './counts.ts';
export {
  BinaryCrossentropy,
  type BinaryCrossentropyConfig,
  CategoricalCrossentropy,
  type CategoricalCrossentropyConfig,
  SparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyConfig,
} from './crossentropy-metrics.ts';
export { F1Score, type F1ScoreConfig, FBetaScore, type FBetaScoreConfig } from './f-score.ts';
export {
  type BinaryAccuracyOptions,
  binary_accuracy,
  categorical_accuracy,
  sparse_categorical_accuracy,
  sparse_top_k_categorical_accuracy,
  type TopKOptions,
  top_k_categorical_accuracy,
} from './functions.ts';
export {
  BinaryIoU,
  type BinaryIoUConfig,
  IoU,
  type IoUConfig,
  MeanIoU,
  type MeanIoUConfig,
  OneHotIoU,
  type OneHotIoUConfig,
  OneHotMeanIoU,
  type OneHotMeanIoUConfig,
} from './iou.ts';
export { Mean, MeanMetricWrapper, type MeanMetricWrapperConfig, Sum } from './mean.ts';
export { MeanTensor, type MeanTensorConfig } from './mean-tensor.ts';
export { Metric, type MetricConfig } from './metric.ts';
export { Precision, type PrecisionConfig, Recall } from './precision-recall.ts';
export { R2Score, type R2ScoreConfig } from './r2-score.ts';
export { deserialize, get, serialize } from './registry.ts';
export {
  CategoricalHinge,
  CosineSimilarity,
  type CosineSimilarityConfig,
  Hinge,
  KLDivergence,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanRelativeError,
  type MeanRelativeErrorConfig,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  RootMeanSquaredError,
  SquaredHinge,
} from './regression-metrics.ts';
