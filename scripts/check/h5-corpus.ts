/**
 * Compares HDF5 files of a corpus with what h5py found in them: `h5-corpus.ts FOLDER [--filter TEXT]`;
 * `corpusH5` is the part for other commands. Each model is also written again and the copy compared in the same way.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeTensor, isKmError, type LazyTensor, memoryStore } from '@km/core';
import {
  type H5Group,
  type H5Model,
  type H5PathInput,
  type H5Weights,
  openH5,
  readModelH5,
  readWeightsH5,
  writeModelH5,
  writeWeightsH5,
} from '@km/hdf5';

/** What became of one entry. */
export interface H5Outcome {
  readonly id: string;
  readonly kind: string;
  readonly status: 'passed' | 'failed';
  readonly reason: string;
}

interface ExpectedDataset {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
}

interface ExpectedH5 {
  readonly backend?: string;
  readonly keras_version?: string;
  readonly model_config_sha256?: string;
  readonly training_config_sha256?: string;
  readonly datasets: readonly ExpectedDataset[];
  readonly has_optimizer_weights: boolean;
  readonly model_weights_layer_names?: readonly string[];
  readonly layer_names?: readonly string[];
}

const KINDS = new Set(['keras-h5', 'h5-weights']);

/** Checks all entries of a corpus that are HDF5 files. */
export async function corpusH5(folder: string, filter = ''): Promise<H5Outcome[]> {
  const index: { readonly entries: readonly { readonly id: string; readonly kind: string }[] } =
    readJson(path.join(folder, 'index.json'));
  const outcomes: H5Outcome[] = [];
  for (const { id, kind } of index.entries) {
    if (!KINDS.has(kind) || !id.includes(filter)) continue;
    const entry = path.join(folder, 'entries', ...id.split('/'));
    const { model, h5 }: { readonly model: string; readonly h5?: ExpectedH5 } = readJson(
      path.join(entry, 'expected.json'),
    );
    outcomes.push({ id, kind, ...(await outcomeOf(path.join(entry, model), h5)) });
  }
  return outcomes;
}

async function outcomeOf(
  file: string,
  expected: ExpectedH5 | undefined,
): Promise<Pick<H5Outcome, 'status' | 'reason'>> {
  try {
    const model = await checkFile(file, expected);
    if (expected === undefined) return { status: 'failed', reason: 'accepted, unlike by h5py' };
    const copy = memoryStore();
    const place = { store: copy, path: 'copy.h5' };
    if ('modelConfig' in model) await writeModelH5(place, model);
    else await writeWeightsH5(place, model);
    await checkFile(place, expected);
    return { status: 'passed', reason: `${expected.datasets.length} datasets` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // What h5py cannot open either must be refused by name.
    const refused = expected === undefined && isKmError(error);
    return { status: refused ? 'passed' : 'failed', reason };
  }
}

async function checkFile(
  input: H5PathInput,
  expected: ExpectedH5 | undefined,
): Promise<H5Model | H5Weights> {
  const root = await openH5(input);
  if (expected === undefined) return readModelH5(input);
  same('datasets', sorted(await datasetsOf(root)), sorted(expected.datasets));
  if (expected.layer_names !== undefined) {
    const weights = await readWeightsH5(input);
    checkLayers(weights, expected.layer_names, expected);
    return weights;
  }
  const model = await readModelH5(input);
  checkLayers(model, expected.model_weights_layer_names ?? [], expected);
  same('model_config', digest(model.modelConfig), expected.model_config_sha256);
  const training = model.trainingConfig;
  same('training_config', training && digest(training), expected.training_config_sha256);
  same('optimizer_weights', model.optimizerWeights !== undefined, expected.has_optimizer_weights);
  return model;
}

function checkLayers(
  model: H5Model | H5Weights,
  names: readonly string[],
  expected: ExpectedH5,
): void {
  const layers = model.layers.map(({ name }) => name);
  same('layer_names', layers, names);
  same('keras_version', model.kerasVersion, expected.keras_version);
  same('backend', model.backend, expected.backend);
  const lists = [...model.layers.map(({ weights }) => weights), model.topLevelWeights ?? []];
  if ('optimizerWeights' in model) lists.push(model.optimizerWeights ?? []);
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  same('number of weights', count, expected.datasets.length);
}

async function datasetsOf(group: H5Group): Promise<ExpectedDataset[]> {
  const found: ExpectedDataset[] = [];
  for (const name of await group.names()) {
    const child = await group.open(name);
    if (child?.kind === 'group') found.push(...(await datasetsOf(child)));
    else if (child !== undefined) found.push(await describe(child.path, await child.tensor()));
  }
  return found;
}

async function describe(name: string, tensor: LazyTensor): Promise<ExpectedDataset> {
  const { dtype, shape } = tensor;
  return { name, shape, dtype, sha256: digest(encodeTensor(await tensor.read())) };
}

function sorted(datasets: readonly ExpectedDataset[]): string[] {
  return datasets
    .map(({ name, shape, dtype, sha256 }) => [name, dtype, shape.join('×'), sha256].join(' '))
    .sort();
}

function same(what: string, actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right)
    throw new Error(`${what} differ: ${left?.slice(0, 300)}, expected ${right?.slice(0, 300)}`);
}

function digest(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { filter: { type: 'string', default: '' } },
  });
  const [folder] = positionals;
  if (folder === undefined || !existsSync(folder)) {
    throw new Error('usage: h5-corpus.ts FOLDER [--filter TEXT]');
  }
  const outcomes = await corpusH5(folder, values.filter);
  for (const { id, status, reason } of outcomes) {
    if (status === 'failed' || !reason.endsWith('datasets'))
      console.log(`${status}  ${id}  ${reason}`);
  }
  const failed = outcomes.filter(({ status }) => status === 'failed').length;
  console.log(`${outcomes.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (path.basename(process.argv[1] ?? '') === 'h5-corpus.ts') await main();
