export * as activations from './activations/index.ts';
export * as callbacks from './callbacks/index.ts';
export * as constraints from './constraints/index.ts';
export {
  AddLoss,
  type AddLossConfig,
  AddMetric,
  type AddMetricConfig,
} from './engine/add-layers.ts';
export { type BuiltListener, on_built } from './engine/built.ts';
export { GraphNetwork } from './engine/graph-network.ts';
export {
  Input,
  type InputConfig,
  InputLayer,
  type InputLayerConfig,
} from './engine/input-layer.ts';
export { InputSpec, type InputSpecOptions } from './engine/input-spec.ts';
export {
  is_keras_tensor,
  type KerasHistory,
  KerasTensor,
  type KerasTensorOptions,
  type Symbolic,
} from './engine/keras-tensor.ts';
export { Layer, type LayerClass, type LayerConfig, type WeightOptions } from './engine/layer.ts';
export {
  type LayerFunction,
  type LayerFunctionKind,
  type LayerFunctionSpec,
  trace_layer,
} from './engine/layer-function.ts';
export type { LossFunction } from './engine/loss-store.ts';
export { get_mask, set_mask } from './engine/mask.ts';
export { Functional, Model, type ModelConfig } from './engine/model.ts';
export { nameScope, toSnakeCase } from './engine/names.ts';
export * as nest from './engine/nest.ts';
export { Node } from './engine/node.ts';
export { heldBy } from './engine/owned-functions.ts';
export type { PolicyLike } from './engine/policy.ts';
export { builtin_layers, ready, register } from './engine/ready.ts';
export {
  type CustomObjects,
  custom_object_scope,
  deserialize_keras_object,
  get_custom_objects,
  get_registered_name,
  get_registered_object,
  getClassName,
  type NamedFunction,
  type Registrable,
  register_keras_serializable,
  type Serializable,
  type SerializableClass,
  type SerializedConfig,
  serialize_keras_object,
  skip_failed_serialization,
} from './engine/registry.ts';
export { provide_saving, type Saving } from './engine/saving.ts';
export { Sequential, type SequentialOptions } from './engine/sequential.ts';
export { clear_session } from './engine/session.ts';
export type { SummaryOptions } from './engine/summary.ts';
export {
  type Trackable,
  type TrackableEdge,
  type TrackableSlot,
  type TrackableView,
  trackable_children,
  trackable_view,
} from './engine/trackable.ts';
export { Module } from './engine/tracking.ts';
export type {
  ApplyArgs,
  CallArgs,
  CallSpec,
  Config,
  Constraint,
  Initializer,
  Masks,
  Nested,
  Outputs,
  Regularizer,
  Shape,
  Shapes,
  TensorSpec,
  Tensors,
} from './engine/types.ts';
export { Variable, type VariableOptions } from './engine/variable.ts';
export type { AssignableValue, NestedNumbers } from './engine/variable-values.ts';
export * as initializers from './initializers/index.ts';
export * as backend from './keras-backend.ts';
export * as utils from './keras-utils.ts';
export * as layers from './layers/index.ts';
export { LookupTable } from './layers/preprocessing/traced-lookup.ts';
export * as losses from './losses/index.ts';
export * as metrics from './metrics/index.ts';
export * as mixed_precision from './mixed-precision.ts';
export * as models from './models/index.ts';
export * as optimizers from './optimizers/index.ts';
export {
  type FromTensorOptions,
  RaggedTensor,
  type RaggedValues,
  type ToTensorOptions,
} from './ragged/ragged-tensor.ts';
export * as regularizers from './regularizers/index.ts';
export {
  type ArrayData,
  type Batch,
  type BatchData,
  type BatchIterable,
  type BatchReader,
  type BatchTensors,
  type ClassWeight,
  type CompileArguments,
  type Data,
  type EvaluateOptions,
  type FitOptions,
  gradients,
  type Logs,
  type LossAndGradients,
  type OnBatchOptions,
  type PredictOptions,
  type ShapedArray,
  type StepFunction,
  type TrainingConfig,
  type TrainingStart,
  type TrainingState,
  type ValidationData,
} from './training/index.ts';
