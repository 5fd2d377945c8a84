/**
 * Lets TensorFlow load models of classes that are written here, without the classes, and train them on:
 * `oracle-typescript.ts VERSION… [--only NAME,…]`; `oracleTypescript` is the part for other commands. Calls, losses, and the course
 * of several steps with each optimizer are those of the model that was saved.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '@km/core';
import { type Model, optimizers, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { type Outcome, printGroup } from './golden-report.ts';
import { kitOf } from './oracle-kit.ts';
import { comparedByPython } from './oracle-lines.ts';
import { numbers, WRITTEN_MODELS } from './oracle-typescript-models.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_typescript.py');

/** The models of a short run. */
export const TYPESCRIPT: readonly string[] = ['nested_layers', 'subclassed_of_names'];

const EPOCHS = 6;
/** Bound of all differences but those of weights, which Adam moves by the signs of tiny gradients. */
const TOLERANCE = 1e-4;

const OPTIMIZERS: ReadonlyMap<string, () => object> = new Map<string, () => object>([
  ['sgd', () => new optimizers.SGD({ learning_rate: 0.05 })],
  ['momentum', () => new optimizers.SGD({ learning_rate: 0.02, momentum: 0.9, nesterov: true })],
  ['adam', () => new optimizers.Adam({ learning_rate: 0.01 })],
]);

/** A structure of arrays as JSON. */
function described(value: unknown): unknown {
  if (value instanceof tf.Tensor) {
    const { dtype, shape } = value;
    return { dtype, shape, values: Array.from(value.dataSync()) };
  }
  if (Array.isArray(value)) return value.map(described);
  const entries = Object.entries(value as object);
  return Object.fromEntries(entries.map(([name, item]) => [name, described(item)]));
}

function totalOf(model: Model): number {
  return model.losses.reduce((sum, loss) => sum + Number(loss.dataSync()[0]), 0);
}

/** Gives the weights numbers that differ from one another. */
function fill(model: Model): void {
  for (const [k, variable] of model.trainable_weights.entries()) {
    variable.assign(tf.mul(numbers(variable.shape as number[], 0.3 + 0.07 * k), 0.5));
  }
}

/** Saves one model compiled with one optimizer, and notes what it gives and how it trains. */
async function write(folder: string, name: string, optimizer: string): Promise<void> {
  const made = WRITTEN_MODELS.get(name);
  if (made === undefined) throw new Error(`there is no model ${name}`);
  const { model, x, y } = made();
  fill(model);
  const isNamed = !(y instanceof tf.Tensor);
  const loss = isNamed ? { score: 'mse', rank: 'binary_crossentropy' } : 'mse';
  model.compile({ optimizer: OPTIMIZERS.get(optimizer)?.() as never, loss });
  const target = path.join(folder, `${name}.${optimizer}`);
  mkdirSync(target);
  await model.save(path.join(target, 'model'), { save_format: 'tf' });
  const expected: Record<string, unknown> = { x: described(x), y: described(y) };
  const before = model.get_weights();
  for (const training of [false, true]) {
    const outputs = model.apply(x as never, { training });
    expected[training ? 'training' : 'outputs'] = described(outputs);
    expected[training ? 'training_losses' : 'losses'] = totalOf(model);
    if (training) expected.called = Object.fromEntries(model.weights.map(sumOf));
  }
  model.set_weights(before);
  const { history } = await model.fit(x as never, y as never, {
    ...{ epochs: EPOCHS, batch_size: 64, shuffle: false, verbose: 0 },
  });
  expected.history = history;
  expected.after = described(model.apply(x as never, { training: false }));
  writeFileSync(path.join(target, 'expected.json'), JSON.stringify(expected));
  model.dispose();
}

function sumOf(variable: Model['weights'][number]): readonly [string, number] {
  return [variable.name, Number(tf.sum(variable.read()).dataSync()[0])];
}

/** Saves all models; gives those that could not be. */
async function writeAll(folder: string, only: string): Promise<Outcome[]> {
  const failed: Outcome[] = [];
  for (const name of WRITTEN_MODELS.keys()) {
    for (const optimizer of OPTIMIZERS.keys()) {
      if (only !== '' && !only.split(',').includes(name)) continue;
      try {
        await write(folder, name, optimizer);
      } catch (error) {
        if (process.env.KM_CHECK_STACKS !== undefined) console.error(name, error);
        failed.push({ id: `${name}.${optimizer}`, status: 'failed', reason: messageOf(error) });
      }
    }
  }
  return failed;
}

/** Lets one version load and train all models. */
export async function oracleTypescript(version: string, only = ''): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'typescript-'));
  try {
    const outcomes = await writeAll(folder, only);
    const replies = await comparedByPython(
      kitOf(version).python,
      [script, folder],
      'all models',
      TOLERANCE,
    );
    return [...outcomes, ...replies];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string', default: '' } },
  });
  if (positionals.length === 0) throw new Error('usage: oracle-typescript.ts VERSION…');
  await ready();
  for (const version of positionals) {
    const outcomes = await oracleTypescript(version, values.only);
    printGroup(`written in TypeScript, ${version}`, outcomes);
    if (outcomes.some(({ status }) => status === 'failed')) process.exitCode = 1;
  }
}

if (process.argv[1]?.endsWith('oracle-typescript.ts')) await main();
