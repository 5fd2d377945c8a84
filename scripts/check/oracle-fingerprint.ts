/**
 * Lets TensorFlow judge fingerprint.pb of SavedModels that were written here: `oracle-fingerprint.ts VERSION [FOLDER]`, a
 * folder as `oracle.ts --keep` leaves it. Its reader takes the file, and what it computes from the directory is the same.
 * Models with each option that changes the file are written besides.
 */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layers, ready, Sequential, saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { type Outcome, printGroup } from './golden-report.ts';
import { pythonOf, runPython } from './oracle-kit.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_fingerprint.py');

/** Releases in which TensorFlow computes a fingerprint from a directory alone. */
const KNOWS = /^2\.(1[3-9]|[2-9]\d)\./;

/** Judges all SavedModels below a folder, and some of this script's. */
export async function oracleFingerprints(version: string, folder: string): Promise<Outcome[]> {
  if (!KNOWS.test(version)) return [];
  const own = mkdtempSync(path.join(tmpdir(), 'km-fingerprints-'));
  try {
    await writeModels(own);
    const found = [...savedModelsBelow(own), ...savedModelsBelow(folder)];
    const { output, errors } = await runPython(pythonOf(version), [script], found.join('\n'));
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const outcomes = lines.map((line) => outcomeOf(JSON.parse(line)));
    if (outcomes.length === found.length) return outcomes;
    throw new Error(
      `${script} judged ${outcomes.length} of ${found.length}: ${errors.slice(-500)}`,
    );
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

interface Judged {
  readonly directory: string;
  readonly reason: string | null;
}

function outcomeOf({ directory, reason }: Judged): Outcome {
  const id = directory.split(path.sep).slice(-2).join('/');
  const isDamaged = directory.endsWith(DAMAGED);
  const found = reason === null ? 'the same' : reason;
  if (isDamaged === (reason !== null)) return { id, status: 'passed', difference: 0 };
  return { id, status: 'failed', reason: isDamaged ? 'a foreign fingerprint was taken' : found };
}

/** Name of a model with the fingerprint of another one, which has to be noticed. */
const DAMAGED = 'damaged';

async function writeModels(folder: string): Promise<void> {
  const at = (name: string): string => path.join(folder, name);
  const dense = (): Sequential =>
    new Sequential([new layers.Dense({ units: 2, input_shape: [3], name: 'dense' })]);
  const trained = dense();
  trained.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  await trained.fit(tf.ones([4, 3]), tf.zeros([4, 2]), { verbose: 0 });
  const double = saved_model.signature(
    (x: tf.Tensor) => ({ y: tf.mul(x, 2) }),
    [{ shape: [null], name: 'x' }],
  );
  const text = new layers.TextVectorization({ output_sequence_length: 3 });
  text.adapt(tf.tensor1d(['sea and land'], 'string'));
  const texts = new Sequential([
    new layers.InputLayer({ input_shape: [1], dtype: 'string' }),
    text,
  ]);
  await trained.save(at('trained'), { save_format: 'tf' });
  await dense().save(at('without_traces'), { save_format: 'tf', save_traces: false });
  await dense().save(at('signatures'), { save_format: 'tf', signatures: { double } });
  await texts.save(at('texts'), { save_format: 'tf' });
  const options = { experimental_skip_saver: true, extra_tags: ['gpu'] };
  await dense().save(at('options'), { save_format: 'tf', options });
  await dense().save(at(DAMAGED), { save_format: 'tf' });
  copyFileSync(
    path.join(folder, 'texts', 'fingerprint.pb'),
    path.join(folder, DAMAGED, 'fingerprint.pb'),
  );
}

function savedModelsBelow(folder: string): string[] {
  if (folder === '') return [];
  if (existsSync(path.join(folder, 'saved_model.pb'))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => savedModelsBelow(path.join(folder, name)))
    .sort();
}

async function main(): Promise<void> {
  await ready();
  const [version = '2.15.1', folder = ''] = process.argv.slice(2);
  const outcomes = await oracleFingerprints(version, folder);
  printGroup(`fingerprints, ${version}`, outcomes);
  process.exitCode = outcomes.some(({ status }) => status === 'failed') ? 1 : 0;
}

if (process.argv[1]?.endsWith('oracle-fingerprint.ts')) await main();
