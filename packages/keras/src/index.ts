import { wireModels } from './wire.ts';

export {
  activations,
  backend,
  type CallArgs,
  type CustomObjects,
  clear_session,
  constraints,
  custom_object_scope,
  Functional,
  get_custom_objects,
  getClassName,
  Input,
  initializers,
  KerasTensor,
  Layer,
  type LayerConfig,
  layers,
  losses,
  Model,
  Module,
  metrics,
  mixed_precision,
  optimizers,
  RaggedTensor,
  register_keras_serializable,
  regularizers,
  Sequential,
  Variable,
} from '@km/layers';
export * as callbacks from './callbacks/index.ts';
export * as compat from './compat/index.ts';
export type { LoadReport } from './load/load-report.ts';
export * as models from './models.ts';
export type { CheckpointPath } from './paths/checkpoint-path.ts';
export type { Filepath, OpenH5File, StorePath } from './paths/filepath.ts';
export { ready } from './ready.ts';
export * as saved_model from './saved-model.ts';
export * as train from './train/index.ts';
export * as utils from './utils.ts';

wireModels();
