/**
 * Checks `@km/keras-config` on configurations: `config-examples.ts FOLDER`. FOLDER holds one folder per writer with files
 * that `json.dump(…, indent=1)` wrote, each with `to_json`, `h5.model_config` and `keras.config`; or it is a corpus.
 *
 * Every text must print back (the examples and HDF5 attributes byte for byte), every architecture upgrade, read and be written
 * for all readers; `configExamples` and `corpusConfigs` are the parts for other commands.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isKmError } from '@km/core';
import { readModelH5 } from '@km/hdf5';
import {
  detectDialect,
  isJsonArray,
  isJsonObject,
  type JsonValue,
  parseConfig,
  printConfig,
  readModelConfig,
  type SerializedObject,
  toKerasV3,
  toWidestForm,
  upgradeModelConfig,
  upgradeTrainingConfig,
} from '@km/keras-config';
import { type Outcome, printGroup } from './golden-report.ts';

const DIALECTS: readonly (readonly [RegExp, string])[] = [
  [/^2\./, 'keras-2'],
  [/^tf_keras/, 'tf_keras'],
  [/^keras-3/, 'keras-3'],
];

/** Parts that the canonical form of no built-in class has. */
const LEFTOVERS: readonly string[] = [
  '"module": "keras',
  '"registered_name"',
  '__keras_tensor__',
  'DTypePolicy',
  '"batch_shape"',
];

/** Checks every file of a folder of examples. */
export function configExamples(folder: string): Outcome[] {
  return readdirSync(folder)
    .sort()
    .flatMap((writer) =>
      readdirSync(path.join(folder, writer))
        .sort()
        .map((file) => {
          const text = readFileSync(path.join(folder, writer, file), 'utf8');
          return outcome(`${writer}/${file.replace(/\.json$/, '')}`, () =>
            checkExample(writer, text),
          );
        }),
    );
}

/** Checks the architectures and training configs of a corpus. */
export async function corpusConfigs(folder: string): Promise<Outcome[]> {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8'));
  const entries: readonly { id: string; kind: string; model: string }[] = index.entries;
  const outcomes: Outcome[] = [];
  for (const { id, kind, model } of entries) {
    const file = path.join(folder, 'entries', ...id.split('/'), model);
    if (kind === 'config-json') {
      outcomes.push(outcome(id, () => checkText(readFileSync(file, 'utf8'), undefined)));
    } else if (kind === 'keras-h5' || kind === 'h5-weights') {
      outcomes.push(await checkH5(id, file));
    }
  }
  return outcomes;
}

async function checkH5(id: string, file: string): Promise<Outcome> {
  const found = await readModelH5(file).catch((error: unknown) => error);
  if (isKmError(found))
    return { id, status: 'skipped', reason: found.message.replace(file, 'the file').slice(0, 80) };
  const { kerasVersion, modelConfig, trainingConfig } = found as Awaited<
    ReturnType<typeof readModelH5>
  >;
  return outcome(id, () => {
    checkText(modelConfig, kerasVersion, true);
    if (trainingConfig === undefined) return;
    expectSame(printConfig(parseConfig(trainingConfig)), trainingConfig, 'training_config');
    upgradeTrainingConfig(parseConfig(trainingConfig), { kerasVersion });
  });
}

function checkExample(writer: string, text: string): void {
  const value = parseConfig(text);
  expectSame(printConfig(value, { indent: 1 }), text.trimEnd(), 'the file');
  if (!isJsonObject(value)) throw new Error('no object');
  const { to_json, h5, keras } = value;
  const models = [to_json, member(h5, 'model_config'), member(keras, 'config')];
  for (const model of models) if (isJsonObject(model)) checkModel(writer, model);
  const training = member(h5, 'training_config');
  if (isJsonObject(training)) upgradeTrainingConfig(training);
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}

function checkModel(writer: string, model: JsonValue): void {
  const kerasVersion = writer.replace(/^.*-/, '');
  const dialect = DIALECTS.find(([pattern]) => pattern.test(writer))?.[1];
  expectSame(detectDialect(model, { kerasVersion }), dialect ?? '', 'the dialect');
  const text = checkUpgrade(upgradeModelConfig(model, { kerasVersion }));
  const leftover = LEFTOVERS.find((part) => text.includes(part));
  if (leftover !== undefined) throw new Error(`the canonical form has ${leftover}`);
}

function checkText(text: string, kerasVersion: string | undefined, isExact = false): void {
  const value = parseConfig(text);
  const printed = printConfig(value);
  if (isExact) expectSame(printed, text, 'the text');
  else expectSame(printConfig(parseConfig(printed)), printed, 'the value');
  checkUpgrade(upgradeModelConfig(value, { kerasVersion }));
}

function checkUpgrade(upgraded: SerializedObject): string {
  const text = printConfig(upgraded);
  expectSame(printConfig(upgradeModelConfig(upgraded)), text, 'the second upgrade');
  readNested(upgraded);
  printConfig(toKerasV3(toWidestForm(upgraded)));
  return text;
}

function readNested(object: SerializedObject): void {
  for (const layer of readModelConfig(object).layers) {
    if (isJsonArray(member(layer.object.config, 'layers'))) readNested(layer.object);
  }
}

function expectSame(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what} differs`);
}

function outcome(id: string, check: () => void): Outcome {
  try {
    check();
    return { id, status: 'passed' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return isKmError(error, 'KM_UNSUPPORTED')
      ? { id, status: 'skipped', reason }
      : { id, status: 'failed', reason };
  }
}

async function main(): Promise<void> {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('usage: config-examples.ts FOLDER');
  const isCorpus = existsSync(path.join(folder, 'index.json'));
  const outcomes = isCorpus ? await corpusConfigs(folder) : configExamples(folder);
  printGroup(isCorpus ? 'corpus' : 'examples', outcomes);
  const count = (status: Outcome['status']): number =>
    outcomes.filter((one) => one.status === status).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 && outcomes.length > 0 ? 0 : 1;
}

if (path.basename(process.argv[1] ?? '') === 'config-examples.ts') await main();
