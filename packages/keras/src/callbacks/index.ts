import { callbacks } from '@km/layers';

export { BackupAndRestore, type BackupAndRestoreConfig } from './backup-and-restore.ts';
export { CSVLogger, type CSVLoggerConfig } from './csv-logger.ts';
export { TensorBoard, type TensorBoardConfig } from './tensorboard.ts';

/** Is the base of all callbacks: hooks that `fit`, `evaluate` and `predict` call. */
export const Callback: typeof callbacks.Callback = callbacks.Callback;
/** An instance of `Callback`. */
export type Callback = callbacks.Callback;
/** Calls the hooks of several callbacks in order. */
export const CallbackList: typeof callbacks.CallbackList = callbacks.CallbackList;
/** An instance of `CallbackList`. */
export type CallbackList = callbacks.CallbackList;
/** Stops a training when a result has stopped improving. */
export const EarlyStopping: typeof callbacks.EarlyStopping = callbacks.EarlyStopping;
/** An instance of `EarlyStopping`. */
export type EarlyStopping = callbacks.EarlyStopping;
/** Records the results of each epoch. */
export const History: typeof callbacks.History = callbacks.History;
/** An instance of `History`. */
export type History = callbacks.History;
/** Makes a callback of functions. */
export const LambdaCallback: typeof callbacks.LambdaCallback = callbacks.LambdaCallback;
/** An instance of `LambdaCallback`. */
export type LambdaCallback = callbacks.LambdaCallback;
/** Sets the learning rate of each epoch. */
export const LearningRateScheduler: typeof callbacks.LearningRateScheduler =
  callbacks.LearningRateScheduler;
/** An instance of `LearningRateScheduler`. */
export type LearningRateScheduler = callbacks.LearningRateScheduler;
/** Saves the model, or its weights, after each epoch or every so many batches. */
export const ModelCheckpoint: typeof callbacks.ModelCheckpoint = callbacks.ModelCheckpoint;
/** An instance of `ModelCheckpoint`. */
export type ModelCheckpoint = callbacks.ModelCheckpoint;
/** Shows the progress and the results of a run. */
export const ProgbarLogger: typeof callbacks.ProgbarLogger = callbacks.ProgbarLogger;
/** An instance of `ProgbarLogger`. */
export type ProgbarLogger = callbacks.ProgbarLogger;
/** Reduces the learning rate when a result has stopped improving. */
export const ReduceLROnPlateau: typeof callbacks.ReduceLROnPlateau = callbacks.ReduceLROnPlateau;
/** An instance of `ReduceLROnPlateau`. */
export type ReduceLROnPlateau = callbacks.ReduceLROnPlateau;
/** Sends the results of each epoch to a server. */
export const RemoteMonitor: typeof callbacks.RemoteMonitor = callbacks.RemoteMonitor;
/** An instance of `RemoteMonitor`. */
export type RemoteMonitor = callbacks.RemoteMonitor;
/** Stops a training whose loss is no number. */
export const TerminateOnNaN: typeof callbacks.TerminateOnNaN = callbacks.TerminateOnNaN;
/** An instance of `TerminateOnNaN`. */
export type TerminateOnNaN = callbacks.TerminateOnNaN;
