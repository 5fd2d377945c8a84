import { type ByteSource, isKmError, type ReadOptions } from '@km/core';
import type { H5Dataset, H5Group } from '@km/hdf5';
import { formatBytes, formatShape } from '../text/format.ts';
import type { PrintableObject } from '../text/print-json.ts';
import type { Inspection } from './inspection.ts';
import { walkH5 } from './walk-h5.ts';

/** Describes an HDF5 file that is not of Keras: its groups and datasets. */
export async function inspectH5Tree(
  source: ByteSource,
  root: H5Group,
  options: ReadOptions,
): Promise<Inspection> {
  const objects: PrintableObject[] = [];
  const rows: string[][] = [];
  for await (const object of walkH5(root, options.signal)) {
    const facts = await factsOf(object);
    objects.push({ path: object.path, kind: object.kind, ...facts });
    const { dtype, shape } = facts;
    rows.push([
      object.path,
      object.kind,
      dtype ?? '',
      shape === undefined ? '' : formatShape(shape),
    ]);
  }
  const { name, byteLength } = source;
  return {
    json: { format: 'h5', path: name, byteLength, holds: 'other', objects },
    sections: [
      {
        facts: [
          ['file', `${name} (${formatBytes(byteLength)})`],
          ['format', 'HDF5, but not of Keras: no model_config, no layer_names and no vars'],
        ],
      },
      { title: 'Objects', head: ['path', 'kind', 'dtype', 'shape'], rows },
    ],
  };
}

async function factsOf(
  object: H5Group | H5Dataset,
): Promise<{ readonly dtype?: string; readonly shape?: readonly number[] }> {
  if (object.kind === 'group') return {};
  try {
    const { dtype, shape } = await object.tensor();
    return { dtype, shape };
  } catch (error) {
    if (isKmError(error, 'KM_UNSUPPORTED')) return { dtype: 'of no tensor' };
    throw error;
  }
}
