/**
 * Lets TensorFlow go on with trainings that were begun here: `oracle-continuation.ts GOLDENS [--filter TEXT]`.
 * Each recorded training is run for its first epoch and saved in every form; the TensorFlow that recorded it runs the
 * other two, which must give what it got from its own files.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isKmError } from '@km/core';
import { models, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../../packages/layers/src/engine/model.ts';
import { type Outcome, printGroup } from './golden-report.ts';
import { type Form, formsOf } from './goldens-continuation.ts';
import { compileAs, openTraining, type Row, rows, type TrainingCase } from './training-case.ts';

/** The TensorFlow that recorded the trainings of a folder. */
const VERSIONS: ReadonlyMap<string, string> = new Map([
  ['tf24', '2.4.4'],
  ['tf210', '2.10.1'],
  ['tf215', '2.15.1'],
]);

/** Forms that TensorFlow cannot go on with exactly, of whichever origin, and why. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['tf215/mixed_precision/h5', 'TensorFlow 2.15 leaves the slots out where a loss is scaled'],
  ['tf215/mixed_precision/weights_v3', 'TensorFlow 2.15 does not load its own file'],
  ['tf215/mixed_precision/savedmodel', 'TensorFlow restores the loss scale without the slots'],
  [
    'tf215/shared_layers/savedmodel',
    'the Nadam that all versions know weighs momentum differently',
  ],
]);

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_continuation.py');

/** Checks the recorded trainings whose `VERSION/CASE` contains `filter`. */
export async function oracleContinuations(goldens: string, filter = ''): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [folder, version] of VERSIONS) {
    const root = path.join(goldens, 'training', folder);
    if (!existsSync(root)) continue;
    const cases = readdirSync(root).filter((name) => `${folder}/${name}`.includes(filter));
    if (cases.length > 0) outcomes.push(...(await checkVersion(root, version, cases)));
  }
  return outcomes;
}

async function checkVersion(
  root: string,
  version: string,
  cases: readonly string[],
): Promise<Outcome[]> {
  const ours = mkdtempSync(path.join(tmpdir(), 'continuation-'));
  try {
    const unsaved: Outcome[] = [];
    for (const name of cases) {
      unsaved.push(...(await begin(path.join(root, name), path.join(ours, name))));
    }
    const found = [...unsaved, ...run(version, root, ours)];
    printGroup(`@km, then ${version}`, found);
    return found;
  } finally {
    rmSync(ours, { recursive: true });
  }
}

/** Runs the first epoch of a training and saves the model in each form; gives those that cannot be written. */
async function begin(folder: string, target: string): Promise<Outcome[]> {
  mkdirSync(target);
  const training = await openTraining(folder);
  const model = models.model_from_json(await readFile(path.join(folder, 'model.json'), 'utf8'));
  const initial = rows(training.golden.initial_weights);
  for (const [i, variable] of model.weights.entries()) {
    variable.assign(training.container.tensor(initial[i]?.value));
  }
  compileAs(training, model);
  // The recorded run predicts and evaluates first, which moves the states of stateful models.
  const { x, y, fit } = training;
  const quiet = { verbose: 0, batch_size: fit.batch_size ?? null } as const;
  tf.dispose(await model.predict(x, quiet));
  await model.evaluate(x, y, quiet);
  await model.fit(x, y, { ...fit, epochs: 1 });
  const files: Record<string, string> = {};
  const failed: Outcome[] = [];
  for (const form of formsOf(training)) {
    const id = `${path.basename(folder)}/${form}`;
    try {
      files[form] = await save(model, form, target, training);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const status = isKmError(error, 'KM_UNSUPPORTED') ? 'skipped' : 'failed';
      failed.push({ id, status, reason });
    }
  }
  await writeFile(path.join(target, 'files.json'), JSON.stringify(files));
  return failed;
}

/** Saves a form under the name that it has in the recorded training. */
async function save(
  model: Model,
  form: Form,
  target: string,
  { golden }: TrainingCase,
): Promise<string> {
  const file = String((golden.files as Row)[form]);
  const to = path.join(target, file);
  mkdirSync(path.dirname(to), { recursive: true });
  if (form.startsWith('weights')) await model.save_weights(to);
  else {
    const save_format = form === 'savedmodel' ? 'tf' : form;
    await model.save(to, { save_format });
  }
  return file;
}

function run(version: string, root: string, ours: string): Outcome[] {
  const home = process.env.KM_ORACLE_HOME ?? path.join(homedir(), '.cache', 'km-oracle');
  const python = path.join(home, `tf-${version}`, 'bin', 'python');
  const env = {
    ...process.env,
    ...{ TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' },
  };
  const done = spawnSync(python, [script, root, ours], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${python} failed: ${done.stderr.slice(-2000)}`);
  const lines = done.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { check, ok, reason }: { check: string; ok: boolean; reason: string } = JSON.parse(line);
    const exception = EXCEPTIONS.get(`${path.basename(root)}/${check}`);
    if (!ok && exception !== undefined) {
      return { id: check, status: 'skipped', reason: `${exception} (${reason})` };
    }
    return { id: check, status: ok ? 'passed' : 'failed', reason };
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { filter: { type: 'string', default: '' } },
  });
  const [goldens] = positionals;
  if (goldens === undefined) throw new Error('usage: oracle-continuation.ts GOLDENS');
  await ready();
  const outcomes = await oracleContinuations(goldens, values.filter);
  const count = (status: string): number => outcomes.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || outcomes.length === 0) process.exitCode = 1;
}

if (path.basename(process.argv[1] ?? '') === 'oracle-continuation.ts') await main();
