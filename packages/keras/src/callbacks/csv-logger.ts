import { callbacks } from '@km/layers';
import { checkConfig } from '../arguments.ts';
import { type CheckpointPath, writablePlace } from '../paths/checkpoint-path.ts';

/** Arguments of `CSVLogger`. */
export interface CSVLoggerConfig {
  /** Path of the file. */
  readonly filename: CheckpointPath;
  readonly separator?: string;
  /** Whether to go on with a file that is there, and not to replace it. */
  readonly append?: boolean;
}

const ARGUMENTS: Readonly<Record<keyof CSVLoggerConfig, true>> = {
  filename: true,
  separator: true,
  append: true,
};

/** Writes the results of each epoch as a line of a CSV file. */
export class CSVLogger extends callbacks.CSVLogger {
  constructor(config: CSVLoggerConfig) {
    checkConfig('CSVLogger', config, ARGUMENTS);
    const { filename, ...options } = config;
    const { store, path } = writablePlace(filename);
    super({ ...options, filename: path, store });
  }
}
