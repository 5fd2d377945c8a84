import { type ByteSource, sourceChunks } from '@km/core';
import { isJsonObject, parseConfig } from '@km/keras-config';
import { describeTrainingValue } from '../inspect/describe-training.ts';
import { splitV3, v3Facts } from '../inspect/inspect-weights-v3.ts';
import { weightsOfLayers } from '../inspect/weights-of-layers.ts';
import { join, type ModelDirectory } from '../place/detect.ts';
import { readJsonText } from '../place/read-json-text.ts';
import type { Checklist } from './checklist.ts';
import { verifyLayers, verifyModelConfig } from './verify-config.ts';
import { verifyWeightsV3 } from './verify-h5.ts';

/** Checks a `.keras` archive, or a directory with the same members. */
export async function verifyKeras(directory: ModelDirectory, list: Checklist): Promise<void> {
  await verifyEntries(directory, list);
  const version = await verifyMetadata(directory, list);
  const config = await openMember(directory, 'config.json', list);
  const weights = await openMember(directory, 'model.weights.h5', list);
  list.note(
    'structure',
    'config.json is there',
    config === undefined ? 'it is missing' : undefined,
  );
  list.note(
    'structure',
    'model.weights.h5 is there',
    weights === undefined ? 'it is missing' : undefined,
  );
  const text =
    config && (await list.run('structure', 'config.json', () => readJsonText(config, list.read)));
  const model = text && (await verifyModelConfig(text, 'config.json', version, list));
  if (text) await verifyTraining(text, version, list);
  if (weights === undefined) return;
  const { readWeightsV3 } = await import('@km/hdf5');
  const file = await list.run('structure', 'objects', () => readWeightsV3(weights, list.read));
  if (file === undefined) return;
  if (model && model.layers.length > 0) {
    const matched = weightsOfLayers(model.layers, splitV3(v3Facts(file)).model);
    if (matched === undefined) {
      list.warn(
        'consistency',
        'weights belong to layers',
        'not compared: the file names its objects otherwise than Keras ≥ 2.13, or holds others',
      );
    } else verifyLayers(model, matched, list);
  }
  await verifyWeightsV3(file, list);
}

function openMember(
  { store, path }: ModelDirectory,
  name: string,
  list: Checklist,
): Promise<ByteSource | undefined> {
  return list.run('entries', name, () => store.open(join(path, name), list.read));
}

/** Reads every entry from start to end, which compares its checksum. */
async function verifyEntries(
  { store, path, archive }: ModelDirectory,
  list: Checklist,
): Promise<void> {
  if (archive === undefined) return;
  const prefix = path === '' ? '' : `${path}/`;
  for await (const key of store.list?.(prefix, list.read) ?? []) {
    await list.run('checksums', key, async () => {
      const entry = await store.open(key, list.read);
      if (entry === undefined) return;
      list.expect(entry.byteLength);
      for await (const chunk of sourceChunks(entry, list.read)) list.advance(chunk.length);
    });
  }
}

async function verifyMetadata(
  directory: ModelDirectory,
  list: Checklist,
): Promise<string | undefined> {
  const source = await openMember(directory, 'metadata.json', list);
  if (source === undefined) {
    list.warn('structure', 'metadata.json', 'it is missing: the version of Keras is not known');
    return undefined;
  }
  const value = await list.run('structure', 'metadata.json', async () =>
    parseConfig(await readJsonText(source, list.read), { source: source.name }),
  );
  const version = isJsonObject(value) ? value.keras_version : undefined;
  return typeof version === 'string' ? version : undefined;
}

async function verifyTraining(
  text: string,
  version: string | undefined,
  list: Checklist,
): Promise<void> {
  const config = parseConfig(text);
  const training = isJsonObject(config) ? config.compile_config : undefined;
  if (training === undefined || training === null) return;
  const described = describeTrainingValue(training, version);
  list.note('structure', 'training configuration', described?.note);
}
