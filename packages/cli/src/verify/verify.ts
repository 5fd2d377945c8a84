import { type ReadOptions, readAll } from '@km/core';
import { isSerializedObject, parseConfig } from '@km/keras-config';
import { decodeNpy } from '../arrays/decode-npy.ts';
import { arraysFromJson } from '../arrays/json-arrays.ts';
import { readNpz } from '../arrays/npz.ts';
import { type Detected, detect } from '../place/detect.ts';
import { placeOf } from '../place/place.ts';
import { readJsonText } from '../place/read-json-text.ts';
import { type Check, Checklist } from './checklist.ts';
import { verifyCheckpoint } from './verify-checkpoint.ts';
import { verifyArchitecture } from './verify-config.ts';
import { verifyH5 } from './verify-h5.ts';
import { verifyKeras } from './verify-keras.ts';
import { verifySavedModel } from './verify-saved-model.ts';

/** What was checked, and what came of it. */
export interface Verification {
  readonly format: Detected['kind'];
  readonly checks: readonly Check[];
}

/**
 * Checks what lies at a path: reads every tensor with its checksums and compares its parts with one another.
 * @throws NotFoundError when nothing is there; MalformedError for a file that is no model at all.
 */
export async function verify(path: string, read: ReadOptions): Promise<Verification> {
  const found = await detect(await placeOf(path), { signal: read.signal });
  const list = new Checklist(read);
  await verifyDetected(found, list);
  return { format: found.kind, checks: list.checks };
}

async function verifyDetected(found: Detected, list: Checklist): Promise<void> {
  switch (found.kind) {
    case 'h5':
      return verifyH5(found.source, list);
    case 'keras':
      return verifyKeras(found, list);
    case 'checkpoint':
      return verifyCheckpoint(found, list);
    case 'saved-model':
      return verifySavedModel(found, list);
    case 'json': {
      const { source } = found;
      const value = await list.run('structure', 'JSON', async () =>
        parseConfig(await readJsonText(source, list.read), { source: source.name }),
      );
      if (value === undefined) return;
      if (isSerializedObject(value)) return verifyArchitecture(source, list);
      await list.run('arrays', source.name, () => arraysFromJson(value));
      return;
    }
    case 'npz':
      await list.run('arrays', found.source.name, () => readNpz(found.source, list.read));
      return;
    case 'npy':
      await list.run('arrays', found.source.name, async () =>
        decodeNpy(await readAll(found.source, list.read), found.source.name),
      );
  }
}
