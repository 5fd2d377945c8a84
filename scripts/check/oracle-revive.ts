/**
 * Loads SavedModels whose classes are unknown here and in TensorFlow, and compares what `load_model` makes of them:
 * `oracle-revive.ts PYTHON… [--only NAME,…] [--keep FOLDER] [--across PYTHON,…]` (each a python with TensorFlow; `--across` lets
 * others read what was saved again); `oracleRevive` is the part for other commands. Layers, weights, calls, losses, evaluation and two training steps are those of the model that TensorFlow revives;
 * it makes the same of the file that is saved again here.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encodeTensor, isKmError, messageOf } from '@km/core';
import { getClassName, type Model, models, optimizers, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { Comparer, numbersOf, type Outcome, printGroup } from './golden-report.ts';
import { judgeAcross, judgeSavedAgain, saveAgain } from './oracle-resaved.ts';
import {
  type Described,
  type Expected,
  type ExpectedWeight,
  type Logs,
  tensorsOf,
} from './oracle-revive-case.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_revive.py');

const FORWARD = { rtol: 1e-4, atol: 1e-5 };
const TRAINING = { rtol: 1e-4, atol: 1e-4 };

/** The models of a short run: each mechanism of revival once. */
export const REVIVED: readonly string[] = [
  'add_loss_metric',
  'assigns_in_call',
  'attention_inside',
  'batch_norm_inside',
  'dictionaries',
  'list_to_dictionary',
  'literal_arguments',
  'loop_and_branch',
  'mask_used',
  'nested_parts',
  'recurrent_inside',
  'regularizers',
  'sequential',
  'several_traces',
  'subclassed_trained',
  'table_inside',
  'training_argument',
];

/** Where TensorFlow itself does not give back what was saved, by its version and the name of the model. */
const LOST: readonly (readonly [id: RegExp, reason: string])[] = [
  [
    /^2\.4\..* (frozen_(layer|part)|sequential_of_custom)$/,
    'TensorFlow 2.4 makes frozen layers trainable',
  ],
  [/^2\.4\..* built_in_layers_around$/, 'TensorFlow 2.4 gives MultiHeadAttention fresh weights'],
  [/^2\.4\..* variables_in_structures$/, 'TensorFlow 2.4 does not find variables in lists again'],
  [/^2\.4\..* metric_as_part$/, 'TensorFlow 2.4 counts the state of metrics among the weights'],
  [/^2\.4\..* own_gradient$/, 'TensorFlow 2.4 does not save custom gradients'],
];

/** Runs all models against one python with TensorFlow. */
export async function oracleRevive(python: string, only = '', keep = ''): Promise<Outcome[]> {
  const folder = keep === '' ? mkdtempSync(path.join(tmpdir(), 'revive-')) : keep;
  mkdirSync(folder, { recursive: true });
  try {
    const made = path.join(folder, 'made');
    const outcomes = existsSync(made) ? [] : make(python, folder, only);
    writeFileSync(made, '');
    const again: string[] = [];
    for (const name of readdirSync(folder).sort()) {
      const file = path.join(folder, name, 'expected.json');
      if (!existsSync(file) || !(only === '' || only.split(',').includes(name))) continue;
      outcomes.push(await check(path.join(folder, name), JSON.parse(readFileSync(file, 'utf8'))));
      const refusal = await saveAgain(path.join(folder, name));
      if (refusal === null) again.push(name);
      else outcomes.push({ id: `${name}, saved again`, status: 'skipped', reason: refusal });
    }
    return [...outcomes, ...judgeSavedAgain(python, folder, again)];
  } finally {
    if (keep === '') rmSync(folder, { recursive: true });
  }
}

/** Lets TensorFlow save and load the models; those that it cannot make are skipped. */
function make(python: string, folder: string, only: string): Outcome[] {
  const env = {
    ...process.env,
    ...{ TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' },
  };
  const names = only === '' ? [] : [only];
  const done = spawnSync(python, [script, folder, ...names], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${python} failed: ${done.stderr.slice(-2000)}`);
  const lines = done.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { name, error }: { name: string; error: string } = JSON.parse(line);
    return { id: name, status: 'skipped', reason: `TensorFlow cannot make it: ${error}` };
  });
}

async function check(folder: string, expected: Expected): Promise<Outcome> {
  const { name: id, version } = expected;
  const lost = LOST.find(([pattern]) => pattern.test(`${version} ${id}`));
  if (lost !== undefined) return { id, status: 'skipped', reason: lost[1] };
  try {
    const model = await models.load_model(path.join(folder, 'model'));
    const comparer = new Comparer();
    if (expected.call === undefined) {
      compareStructure('outputs', call(model, expected, false), expected.original, comparer);
      return {
        id,
        status: 'passed',
        difference: comparer.difference,
        reason: 'TensorFlow refuses',
      };
    }
    await compareModel(model, expected, comparer);
    return { id, status: 'passed', difference: comparer.difference };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    const reason = messageOf(error);
    const refused = expected.call === undefined && isKmError(error);
    return { id, status: refused ? 'passed' : 'failed', reason };
  }
}

async function compareModel(model: Model, expected: Expected, comparer: Comparer): Promise<void> {
  const { layers, weights, trainable, call: outputs, losses, training, predict } = expected;
  comparer.equal(
    'layers',
    model.layers.map((layer) => [getClassName(layer), layer.name]),
    layers,
  );
  compareStructure('call', call(model, expected, false), outputs, comparer);
  compareLosses(model.losses, losses ?? [], comparer);
  comparer.equal('weights', model.weights.map(describe), weights?.map(nameless));
  const names = model.trainable_weights.map(({ name }) => name);
  comparer.equal('trainable weights', names, trainable);
  if (training !== undefined) {
    const before = model.get_weights();
    compareStructure('call in training', call(model, expected, true), training, comparer);
    compareSums(model, expected.called ?? [], comparer);
    model.set_weights(before);
  }
  compareStructure(
    'predict',
    await model.predict(tensorsOf(expected.x), { verbose: 0 }),
    predict,
    comparer,
  );
  await compareTraining(model, expected, comparer);
}

async function compareTraining(
  model: Model,
  expected: Expected,
  comparer: Comparer,
): Promise<void> {
  const { y, evaluate, fit, after } = expected;
  if (y === null || evaluate === undefined || fit === undefined) return;
  if (model.optimizer === null) throw new Error('the model is not compiled');
  // TensorFlow leaves the state of the optimizer out.
  model.optimizer = optimizers.deserialize(optimizers.serialize(model.optimizer));
  const options = { verbose: 0, batch_size: 64 } as const;
  const [xs, ys] = [tensorsOf(expected.x), tensorsOf(y)];
  const logs = await model.evaluate(xs, ys, { ...options, return_dict: true });
  compareLogs('evaluate', logs as Logs, evaluate, comparer);
  const { history } = await model.fit(xs, ys, { ...options, epochs: 2, shuffle: false });
  comparer.equal('logs', Object.keys(history).sort(), Object.keys(fit).sort());
  for (const [name, values] of Object.entries(fit)) {
    if (values === null) continue;
    comparer.equal(`steps of ${name}`, history[name]?.length, values.length);
    for (const [k, value] of values.entries()) {
      comparer.number(
        `${name}, step ${k}`,
        Number(history[name]?.[k] ?? Number.NaN),
        value,
        TRAINING,
      );
    }
  }
  const floats = model.weights.filter(({ dtype }) => /float/.test(dtype));
  for (const [k, value] of (after ?? []).entries()) {
    const variable = floats[k];
    if (variable === undefined) throw new Error(`weight ${k} is missing`);
    const what = `${variable.name} after two steps`;
    const actual = numbersOf(variable.record());
    value.values.forEach((number, i) => {
      comparer.number(`${what}[${i}]`, actual[i] ?? Number.NaN, Number(number), TRAINING);
    });
  }
}

function describe(variable: Model['weights'][number]): unknown {
  const record = variable.record();
  const sha256 = record.dtype === 'string' ? '' : digest(encodeTensor(record));
  return { name: variable.name, shape: variable.shape, sha256 };
}

function nameless({ name, shape, sha256 }: ExpectedWeight): unknown {
  return { name, shape, sha256 };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function call(model: Model, { x }: Expected, training: boolean): unknown {
  return model.apply(tensorsOf(x) as never, { training });
}

function compareStructure(
  what: string,
  actual: unknown,
  expected: Described | undefined,
  comparer: Comparer,
): void {
  if (expected === undefined) return;
  if (expected.kind === 'tensor') {
    if (!(actual instanceof tf.Tensor)) throw new Error(`${what} is no tensor`);
    comparer.equal(`shape of ${what}`, actual.shape, expected.shape);
    const half = expected.dtype === 'float16' ? { rtol: 2e-3, atol: 2e-3 } : FORWARD;
    const values = actual.dataSync();
    expected.values.forEach((value, i) => {
      comparer.number(`${what}[${i}]`, Number(values[i]), Number(value), half);
    });
    return;
  }
  const entries =
    expected.kind === 'list' ? [...expected.items.entries()] : Object.entries(expected.entries);
  const items = Object.entries(actual as object);
  comparer.equal(`parts of ${what}`, items.length, entries.length);
  for (const [key, item] of entries) {
    compareStructure(`${what}.${key}`, new Map(items).get(String(key)), item, comparer);
  }
}

function compareLosses(
  actual: readonly tf.Tensor[],
  expected: readonly number[],
  comparer: Comparer,
): void {
  const values = actual.map((loss) => Number(loss.dataSync()[0]));
  comparer.equal('number of losses', values.length, expected.length);
  // The order of losses is no part of what is saved.
  const sorted = [...expected].sort((a, b) => a - b);
  for (const [k, value] of [...values].sort((a, b) => a - b).entries()) {
    comparer.number(`loss ${k}`, value, sorted[k] ?? Number.NaN, FORWARD);
  }
}

function compareSums(model: Model, sums: readonly number[], comparer: Comparer): void {
  for (const [k, variable] of model.weights.entries()) {
    const record = variable.record();
    if (record.dtype === 'string') continue;
    const sum = Array.from(numbersOf(record)).reduce((a, b) => a + b, 0);
    comparer.number(`${variable.name} after a call`, sum, sums[k] ?? Number.NaN, TRAINING);
  }
}

function compareLogs(what: string, actual: Logs, expected: Logs, comparer: Comparer): void {
  comparer.equal(`names of ${what}`, Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    comparer.number(`${what}: ${name}`, actual[name] ?? Number.NaN, value, TRAINING);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      keep: { type: 'string', default: '' },
      across: { type: 'string', default: '' },
    },
  });
  const { only, keep, across } = values;
  if (positionals.length === 0) throw new Error('usage: oracle-revive.ts PYTHON…');
  if (across !== '' && keep === '') throw new Error('--across reads what --keep leaves');
  await ready();
  const all: Outcome[] = [];
  for (const python of positionals) {
    const outcomes = await oracleRevive(python, only, keep);
    printGroup(`revived, ${python}`, outcomes);
    all.push(...outcomes);
    for (const other of across.split(',').filter((each) => each !== '')) {
      const read = judgeAcross(other, keep, only);
      printGroup(`revived, ${python} → ${other}`, read);
      all.push(...read);
    }
  }
  process.exitCode = all.some(({ status }) => status === 'failed') ? 1 : 0;
}

if (process.argv[1]?.endsWith('oracle-revive.ts')) await main();
