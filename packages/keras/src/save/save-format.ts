import { UnsupportedError } from '@km/core';

/** Formats that a whole model can be saved in. */
export type SaveFormat = 'tf' | 'h5' | 'keras';

/** The format to write, and what the caller should be told about the choice. */
export interface ChosenFormat {
  readonly format: SaveFormat;
  readonly warning?: string;
}

const H5_SUFFIXES = ['.h5', '.hdf5', '.keras'];

/** True for a path whose suffix means HDF5 to Keras 2.4–2.11. */
export function hasH5Suffix(path: string): boolean {
  return H5_SUFFIXES.some((suffix) => path.endsWith(suffix));
}

/**
 * Decides the format of `save_model` as Keras of TensorFlow 2.4–2.11 does: `.h5`, `.hdf5` and `.keras` mean HDF5, anything
 * else `fallback`; `save_format='keras'` writes the zip archive of Keras ≥ 2.12.
 * @throws UnsupportedError for an unknown format, or one that contradicts the suffix.
 */
export function chooseFormat(
  path: string,
  save_format: string | null | undefined,
  fallback: SaveFormat = 'tf',
): ChosenFormat {
  const wanted = save_format ?? (hasH5Suffix(path) ? 'h5' : fallback);
  switch (wanted) {
    case 'h5':
    case 'hdf5':
      return path.endsWith('.keras') && (save_format ?? null) === null
        ? { format: 'h5', warning: kerasSuffixWarning(path) }
        : { format: 'h5' };
    case 'keras':
    case 'keras_v3':
      return { format: 'keras' };
    case 'tf':
    case 'tensorflow':
      if (hasH5Suffix(path) && save_format != null) {
        throw new UnsupportedError(
          `save_format='tf' writes a directory, but ${path} has a suffix that means HDF5: leave the suffix or save_format away.`,
          { source: path },
        );
      }
      return { format: 'tf' };
    default:
      throw new UnsupportedError(
        `save_format=${JSON.stringify(save_format)} is not known: use 'tf', 'h5' or 'keras'.`,
      );
  }
}

function kerasSuffixWarning(path: string): string {
  return `${path} is written as HDF5, as Keras up to 2.11 does: pass save_format='keras' for the zip archive of later versions, or save_format='h5' to silence this.`;
}

/**
 * Decides the format of `save_weights`: `.weights.h5` means the v3 layout as in Keras ≥ 2.12, the other suffixes of HDF5
 * the legacy one, anything else a checkpoint.
 * @throws UnsupportedError for an unknown format, or one that contradicts the suffix.
 */
export function chooseWeightsFormat(
  path: string,
  save_format: string | null | undefined,
): SaveFormat {
  if ((save_format ?? null) === null && path.endsWith('.weights.h5')) return 'keras';
  return chooseFormat(path, save_format).format;
}
