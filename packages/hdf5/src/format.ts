import type { ReadOptions } from '@km/core';
import { type H5Input, openInput } from './input.ts';
import { cachedPages } from './pages.ts';
import { findSuperblock } from './signature.ts';

/** What tells this format from others. */
export interface H5Format {
  readonly name: 'hdf5';
  /** Endings of its names; `.keras` is a zip archive since Keras 2.12, and HDF5 before. */
  readonly extensions: readonly string[];
  /** True when the bytes are HDF5, of whatever program. */
  detect(input: H5Input, options?: ReadOptions): Promise<boolean>;
}

/** Metadata of the HDF5 format. */
export const h5Format: H5Format = {
  name: 'hdf5',
  extensions: ['.h5', '.hdf5', '.keras'],
  async detect(input, options) {
    const source = await openInput(input, options);
    return (await findSuperblock(cachedPages(source, options))) !== undefined;
  },
};
