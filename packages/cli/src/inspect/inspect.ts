import { type ReadOptions, readAll } from '@km/core';
import { decodeNpy } from '../arrays/decode-npy.ts';
import { UNNAMED } from '../arrays/json-arrays.ts';
import { readNpz } from '../arrays/npz.ts';
import { type Detected, detect } from '../place/detect.ts';
import { placeOf } from '../place/place.ts';
import { inspectCheckpoint } from './inspect-checkpoint.ts';
import { inspectH5 } from './inspect-h5.ts';
import { inspectArrays, inspectJson } from './inspect-json.ts';
import { inspectKeras } from './inspect-keras.ts';
import { inspectSavedModel } from './inspect-saved-model.ts';
import type { Inspection, InspectOptions } from './inspection.ts';

/**
 * Describes what lies at a path, without running it: no runtime is loaded.
 * @throws NotFoundError when nothing is there; MalformedError and others when it is damaged.
 */
export async function inspect(path: string, options: InspectOptions): Promise<Inspection> {
  const place = await placeOf(path);
  const read = { signal: options.signal };
  const found = await detect(place, read);
  return inspectDetected(found, options, read);
}

async function inspectDetected(
  found: Detected,
  options: InspectOptions,
  read: ReadOptions,
): Promise<Inspection> {
  switch (found.kind) {
    case 'h5':
      return inspectH5(found.source, options);
    case 'keras':
      return inspectKeras(found, options);
    case 'checkpoint':
      return inspectCheckpoint(found, options);
    case 'saved-model':
      return inspectSavedModel(found, options);
    case 'json':
      return inspectJson(found.source, options);
    case 'npz':
      return inspectArrays(found.source, 'npz', await readNpz(found.source, read));
    case 'npy': {
      const { source } = found;
      const tensor = decodeNpy(await readAll(source, read), source.name);
      return inspectArrays(source, 'npy', new Map([[UNNAMED, tensor]]));
    }
  }
}
