import { callbacks } from '@km/layers';
import { type CheckpointPath, writablePlace } from '../paths/checkpoint-path.ts';

/** Arguments of `CSVLogger`. */
export interface CSVLoggerConfig {
  /** Path of the file. */
  readonly filename: CheckpointPath;
  readonly separator?: string;
  /** Whether to go on with a file that is there, and not to replace it. */
  readonly append?: boolean;
}

/** Writes the results of each epoch as a line of a CSV file. */
export class CSVLogger extends callbacks.CSVLogger {
  constructor({ filename, ...options }: CSVLoggerConfig) {
    const { store, path } = writablePlace(filename);
    super({ ...options, filename: path, store });
  }
}
