import { NotFoundError, type ReadOptions } from '@km/core';
import { isJsonObject, type JsonValue, parseConfig } from '@km/keras-config';
import { join, type ModelDirectory } from '../place/detect.ts';
import { readJsonText } from '../place/read-json-text.ts';
import { formatBytes } from '../text/format.ts';
import type { Section } from '../text/section.ts';
import {
  layerTable,
  modelFacts,
  tensorTable,
  totalFact,
  trainingSection,
} from './common-sections.ts';
import { describeModel, type ModelDescription } from './describe-config.ts';
import { describeTrainingValue } from './describe-training.ts';
import { splitV3, v3Facts } from './inspect-weights-v3.ts';
import {
  type Inspection,
  type InspectOptions,
  parameterCount,
  type TensorFacts,
} from './inspection.ts';
import { weightsOfLayers } from './weights-of-layers.ts';

/** Members of an archive that are not assets. */
const MEMBERS = new Set(['metadata.json', 'config.json', 'model.weights.h5']);

/** What a `.keras` archive holds besides its tensors. */
interface KerasArchive {
  readonly metadata: JsonValue;
  readonly configText: string;
  readonly weights: readonly TensorFacts[];
  readonly entries: readonly { readonly name: string; readonly byteLength: number }[];
}

/** Describes a `.keras` archive, or a directory with the same members. */
export async function inspectKeras(
  directory: ModelDirectory,
  options: InspectOptions,
): Promise<Inspection> {
  const archive = await readArchive(directory, { signal: options.signal });
  const version = memberOf(archive.metadata, 'keras_version');
  const model = describeModel(archive.configText, 'config.json', version);
  const config = parseConfig(archive.configText, { source: 'config.json' });
  const training = isJsonObject(config)
    ? describeTrainingValue(config.compile_config ?? null, version)
    : undefined;
  const { model: weights, optimizer } = splitV3(archive.weights);
  const assets = archive.entries.filter(({ name }) => !MEMBERS.has(name));
  return {
    json: {
      format: 'keras',
      path: directory.archive?.name ?? directory.path,
      byteLength: directory.archive?.byteLength,
      metadata: archive.metadata,
      model,
      training,
      parameters: parameterCount(weights),
      weights,
      optimizer_weights: optimizer,
      entries: archive.entries.map((entry) => ({ ...entry })),
    },
    sections: [
      {
        facts: [
          ['file', fileFact(directory)],
          ['format', 'Keras archive (.keras)'],
          ['Keras', version],
          ['saved', memberOf(archive.metadata, 'date_saved')],
          ...modelFacts(model),
          ['weights', totalFact(weights)],
          ['assets', assets.map(({ name }) => name).join(', ') || undefined],
        ],
      },
      ...layerSections(model, weights),
      trainingSection(training, optimizer.length === 0 ? undefined : optimizer),
      ...(options.tensors
        ? [tensorTable('Weights', weights), tensorTable('Optimizer state', optimizer)]
        : []),
    ],
  };
}

/** Layers with their weights; the plain list of weights when the two cannot be matched. */
function layerSections(model: ModelDescription, weights: readonly TensorFacts[]): Section[] {
  const matched = weightsOfLayers(model.layers, weights);
  return matched === undefined
    ? [...layerTable(model), tensorTable('Weights', weights)]
    : layerTable(model, matched);
}

async function readArchive(
  { store, path, archive }: ModelDirectory,
  options: ReadOptions,
): Promise<KerasArchive> {
  const config = await store.open(join(path, 'config.json'), options);
  if (config === undefined) {
    throw new NotFoundError(
      `${archive?.name ?? path} has no config.json: it holds weights only; build the model and load them into it.`,
    );
  }
  const metadata = await store.open(join(path, 'metadata.json'), options);
  const weights = await store.open(join(path, 'model.weights.h5'), options);
  const { readWeightsV3 } = await import('@km/hdf5');
  const entries: { name: string; byteLength: number }[] = [];
  const prefix = path === '' ? '' : `${path}/`;
  for await (const key of store.list?.(prefix, options) ?? []) {
    const entry = await store.open(key, options);
    entries.push({ name: key.slice(prefix.length), byteLength: entry?.byteLength ?? 0 });
  }
  return {
    metadata:
      metadata === undefined
        ? null
        : parseConfig(await readJsonText(metadata, options), { source: metadata.name }),
    configText: await readJsonText(config, options),
    weights: weights === undefined ? [] : v3Facts(await readWeightsV3(weights, options)),
    entries,
  };
}

function fileFact({ archive, path }: ModelDirectory): string {
  return archive === undefined
    ? `${path}/`
    : `${archive.name} (${formatBytes(archive.byteLength)})`;
}

function memberOf(value: JsonValue, key: string): string | undefined {
  const member = isJsonObject(value) ? value[key] : undefined;
  return typeof member === 'string' ? member : undefined;
}
