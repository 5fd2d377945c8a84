import { isKmError, type ReadOptions } from '@km/core';
import type { CheckpointLocation } from './read.ts';
import { resolvePrefix } from './resolve-prefix.ts';

/** What tells this format from others. */
export interface CheckpointFormat {
  readonly name: 'checkpoint';
  /** Endings of the names of its files. */
  readonly extensions: readonly string[];
  /** True when a checkpoint lies there: a prefix, one of its files, or a directory that names one. */
  detect(location: CheckpointLocation, options?: ReadOptions): Promise<boolean>;
}

/** Metadata of TensorFlow's checkpoint format. */
export const checkpointFormat: CheckpointFormat = {
  name: 'checkpoint',
  extensions: ['.index', '.data-00000-of-00001'],
  async detect({ store, path }, options) {
    try {
      await resolvePrefix(store, path, options);
      return true;
    } catch (error) {
      if (isKmError(error, 'KM_NOT_FOUND') || isKmError(error, 'KM_UNSUPPORTED')) return false;
      throw error;
    }
  },
};
