import { joinKey } from '@km/checkpoint';
import type { ReadOptions } from '@km/core';
import type { SavedModelLocation } from './read.ts';

/** What tells this format from others. */
export interface SavedModelFormat {
  readonly name: 'savedmodel';
  /** Endings of the names of its main file. */
  readonly extensions: readonly string[];
  /** True when a SavedModel lies in the directory. */
  detect(location: SavedModelLocation, options?: ReadOptions): Promise<boolean>;
}

/** Metadata of the SavedModel format. */
export const savedModelFormat: SavedModelFormat = {
  name: 'savedmodel',
  extensions: ['.pb', '.pbtxt'],
  async detect({ store, path }, options) {
    const directory = path.replace(/\/+$/, '');
    for (const name of ['saved_model.pb', 'saved_model.pbtxt']) {
      if ((await store.open(joinKey(directory, name), options)) !== undefined) return true;
    }
    return false;
  },
};
