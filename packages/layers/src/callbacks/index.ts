export { Callback, type CallbackParams, type HookResult, type PredictLogs } from './callback.ts';
export { CallbackList, type CallbackListOptions, type CallbacksArgument } from './callback-list.ts';
export { CSVLogger, type CSVLoggerConfig } from './csv-logger.ts';
export { EarlyStopping, type EarlyStoppingConfig } from './early-stopping.ts';
export { History } from './history.ts';
export { LambdaCallback, type LambdaCallbackConfig } from './lambda-callback.ts';
export {
  LearningRateScheduler,
  type LearningRateSchedulerConfig,
} from './learning-rate-scheduler.ts';
export {
  type CheckpointFilepath,
  ModelCheckpoint,
  type ModelCheckpointConfig,
} from './model-checkpoint.ts';
export type { MonitorMode } from './monitor.ts';
export { Progbar, type ProgbarOptions, type ProgressOutput } from './progbar.ts';
export { ProgbarLogger, type ProgbarLoggerConfig } from './progbar-logger.ts';
export { ReduceLROnPlateau, type ReduceLROnPlateauConfig } from './reduce-lr-on-plateau.ts';
export { RemoteMonitor, type RemoteMonitorConfig } from './remote-monitor.ts';
export { TerminateOnNaN } from './terminate-on-nan.ts';
