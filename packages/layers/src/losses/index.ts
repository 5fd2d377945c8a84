export {
  BinaryCrossentropy,
  type BinaryFocalConfig,
  BinaryFocalCrossentropy,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  CategoricalHinge,
  type CrossentropyConfig,
  type FocalConfig,
  Hinge,
  SparseCategoricalCrossentropy,
  type SparseCrossentropyConfig,
  SquaredHinge,
} from './classification-losses.ts';
export {
  binary_crossentropy,
  type CrossentropyOptions,
  categorical_crossentropy,
} from './crossentropy.ts';
export {
  kl_divergence,
  kl_divergence as KLD,
  kl_divergence as kld,
  kl_divergence as kullback_leibler_divergence,
} from './divergence.ts';
export {
  type BinaryFocalOptions,
  binary_focal_crossentropy,
  categorical_focal_crossentropy,
  type FocalOptions,
} from './focal.ts';
export { categorical_hinge, hinge, squared_hinge } from './hinge.ts';
export {
  Loss,
  type LossConfig,
  type LossFn,
  type LossFunctionConfig,
  LossFunctionWrapper,
} from './loss.ts';
export { deserialize, get, serialize } from './registry.ts';
export {
  type CosineSimilarityOptions,
  cosine_similarity,
  type HuberOptions,
  huber,
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
} from './regression.ts';
export {
  CosineSimilarity,
  type CosineSimilarityConfig,
  Huber,
  type HuberConfig,
  KLDivergence,
  LogCosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
} from './regression-losses.ts';
export {
  type SparseCrossentropyOptions,
  sparse_categorical_crossentropy,
} from './sparse-crossentropy.ts';
export { Reduction } from './weighting.ts';
