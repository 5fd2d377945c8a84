/**
 * Checks `@km/keras-config` on a folder of configurations: `node scripts/run.mjs scripts/check/config-examples.mjs DIR`.
 *
 * DIR holds one folder per writer with files as `json.dump(…, indent=1)` writes them; each has `to_json`, `h5.model_config`
 * and `keras.config`. Every file must print back byte for byte, and every architecture must upgrade and be readable; all writers of a model must
 * agree on its layers.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  detectDialect,
  parseConfig,
  printConfig,
  readModelConfig,
  toKerasV3,
  toWidestForm,
  upgradeModelConfig,
  upgradeTrainingConfig,
} from '@km/keras-config';

const DIALECTS = [
  [/^2\./, 'keras-2'],
  [/^tf_keras/, 'tf_keras'],
  [/^keras-3/, 'keras-3'],
];

/** Checks every file of `directory`; gives one row per check: `{ group, name, status, detail }`. */
export function checkConfigExamples(directory) {
  const rows = [];
  for (const writer of readdirSync(directory).sort()) {
    for (const file of readdirSync(path.join(directory, writer)).sort()) {
      const text = readFileSync(path.join(directory, writer, file), 'utf8');
      checkFile(rows, writer, file.replace(/\.json$/, ''), text);
    }
  }
  return rows;
}

function checkFile(rows, writer, name, text) {
  const record = (group, run) => {
    try {
      const detail = run();
      rows.push({
        group,
        name: `${writer}/${name}`,
        status: detail === undefined ? 'passed' : 'failed',
        detail,
      });
    } catch (error) {
      rows.push({ group, name: `${writer}/${name}`, status: 'failed', detail: error.message });
    }
  };
  const value = parseConfig(text, { source: name });
  record('lossless', () =>
    printConfig(value, { indent: 1 }) === text.trimEnd() ? undefined : 'prints another text',
  );
  const models = [
    ['to_json', value.to_json],
    ['h5', value.h5?.model_config],
    ['keras', value.keras?.config],
  ].filter(([, model]) => model !== null && model !== undefined);
  for (const [place, model] of models) {
    record(`upgrade ${place}`, () => checkModel(writer, model));
  }
  const training = value.h5?.training_config;
  if (training) record('training', () => void upgradeTrainingConfig(training));
}

function checkModel(writer, model) {
  const expected = DIALECTS.find(([pattern]) => pattern.test(writer))?.[1];
  const upgraded = upgradeModelConfig(model, { kerasVersion: version(writer) });
  const text = printConfig(upgraded);
  for (const key of [
    '"module": "keras',
    '"registered_name"',
    '__keras_tensor__',
    'DTypePolicy',
    '"batch_shape"',
  ]) {
    if (text.includes(key)) return `the canonical form has ${key}`;
  }
  if (printConfig(upgradeModelConfig(upgraded)) !== text) return 'upgrading twice differs';
  readNested(upgraded);
  printConfig(toKerasV3(toWidestForm(upgraded)));
  const found = detectDialect(model, { kerasVersion: version(writer) });
  return found === expected ? undefined : `dialect ${found} instead of ${expected}`;
}

function version(writer) {
  return writer.replace(/^.*-/, '');
}

function readNested(object) {
  const model = readModelConfig(object);
  for (const layer of model.layers) {
    if (Array.isArray(layer.object.config.layers)) readNested(layer.object);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = process.argv[2];
  if (directory === undefined) throw new Error('usage: config-examples.mjs DIR');
  const rows = checkConfigExamples(directory);
  const groups = [...new Set(rows.map((row) => row.group))];
  for (const row of rows) {
    if (row.status === 'failed') console.log(`FAILED ${row.group} ${row.name}: ${row.detail}`);
  }
  for (const group of groups) {
    const mine = rows.filter((row) => row.group === group);
    console.log(
      `${group.padEnd(20)} ${mine.filter((row) => row.status === 'passed').length} of ${mine.length}`,
    );
  }
  const failed = rows.filter((row) => row.status === 'failed').length;
  console.log(`${rows.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
