import { wireModels } from './wire.ts';

export {
  activations,
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
  metrics,
  optimizers,
  register_keras_serializable,
  regularizers,
  Sequential,
  Variable,
} from '@km/layers';
export type { LoadReport } from './load/load-report.ts';
export * as models from './models.ts';
export type { Filepath, OpenH5File, StorePath } from './paths/filepath.ts';
export { ready } from './ready.ts';

wireModels();
