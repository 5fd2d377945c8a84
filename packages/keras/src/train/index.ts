export {
  Checkpoint,
  type CheckpointClass,
  type Trackable,
  type Trackables,
} from './checkpoint.ts';
export {
  CheckpointManager,
  type CheckpointManagerOptions,
  type ManagerSaveOptions,
} from './checkpoint-manager.ts';
export {
  CheckpointReader,
  latest_checkpoint,
  list_variables,
  load_checkpoint,
  load_variable,
} from './checkpoint-reader.ts';
export type { LoadStatus } from './load-status.ts';
