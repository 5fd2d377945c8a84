/**
 * Lets TensorFlow run SavedModels of functions of TensorFlow that are written here, and compares what they give with the
 * functions themselves: `oracle-symbols.ts VERSION… [--only NAME,…]`; `oracleSymbols` is the part for other commands.
 * The files are read and run here, too.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '@km/core';
import { Input, Model, ready, saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { type Outcome, printGroup } from './golden-report.ts';
import { pythonOf } from './oracle-kit.ts';
import { comparedByPython } from './oracle-lines.ts';
import type { Given, SymbolCase } from './oracle-symbols-case.ts';
import { SYMBOL_CASES } from './oracle-symbols-cases.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_symbols.py');

/** Bound of differences, relative where numbers exceed 1. */
const TOLERANCE = 1e-5;

interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

const described = (tensor: tf.Tensor): Described => ({
  dtype: tensor.dtype,
  shape: tensor.shape,
  values: Array.from(tensor.dataSync() as ArrayLike<number | string>),
});

const tensorOf = ({ dtype, shape, values }: Given): tf.Tensor =>
  tf.tensor(values as number[], [...shape], dtype);

/** Saves the model of a case, runs the file here, and notes what the model gives. */
async function write(folder: string, each: SymbolCase): Promise<void> {
  const inputs = each.inputs.map(({ dtype, shape, open }, i) =>
    Input({
      batch_shape: shape.map((size, axis) => (open.includes(axis) ? null : size)),
      dtype,
      name: `x${i}`,
    }),
  );
  const outputs = each.call(inputs);
  const model = new Model({ inputs, outputs: outputs as never, name: 'symbols' });
  const given = each.inputs.map(tensorOf);
  const made = [model.apply<tf.Tensor | tf.Tensor[]>(given as never)].flat();
  const target = path.join(folder, each.id);
  mkdirSync(target);
  await model.save(path.join(target, 'model'), { save_format: 'tf' });
  const { signatures } = await saved_model.load(path.join(target, 'model'));
  const signature = signatures.serving_default;
  if (signature === undefined) throw new Error('the file has no signature');
  const named = Object.fromEntries(given.map((tensor, i) => [`x${i}`, tensor]));
  const results = signature(named as never) as Readonly<Record<string, tf.Tensor>>;
  const read = signature.outputs.map(({ name }) => results[name] as tf.Tensor);
  const names = model.output_names;
  const places = signature.outputs.map(({ name }) => names.indexOf(name));
  read.forEach((tensor, i) => {
    same(tensor, made[Math.max(places[i] ?? i, 0)]);
  });
  writeFileSync(
    path.join(target, 'case.json'),
    JSON.stringify({
      python: each.python,
      gradient: each.gradient === true,
      random: each.random === true,
      names,
      inputs: given.map(described),
      outputs: made.map(described),
    }),
  );
}

/** Compares what the file gives here with what the model gave. */
function same(found: tf.Tensor, wanted: tf.Tensor | undefined): void {
  const [a, b] = [described(found), wanted && described(wanted)];
  if (a.dtype !== b?.dtype || a.shape.join() !== b.shape.join()) {
    throw new Error(`here: ${a.dtype} [${a.shape.join()}], not ${b?.dtype} [${b?.shape.join()}]`);
  }
  a.values.forEach((value, i) => {
    const other = b.values[i];
    const near =
      value === other ||
      Object.is(value, other) ||
      Math.abs(Number(value) - Number(other)) <= TOLERANCE * Math.max(1, Math.abs(Number(other)));
    if (!near) throw new Error(`here: ${value} at ${i}, not ${other}`);
  });
}

/** Lets one version run all files. */
export async function oracleSymbols(version: string, only = ''): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'symbols-'));
  const outcomes: Outcome[] = [];
  try {
    for (const each of SYMBOL_CASES) {
      if (only !== '' && !only.split(',').some((part) => each.id.includes(part))) continue;
      try {
        await write(folder, each);
      } catch (error) {
        if (process.env.KM_CHECK_STACKS !== undefined) console.error(each.id, error);
        outcomes.push({ id: each.id, status: 'failed', reason: messageOf(error) });
      }
    }
    const replies = await comparedByPython(
      pythonOf(version),
      [script, folder],
      'all symbols',
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
  if (positionals.length === 0) throw new Error('usage: oracle-symbols.ts VERSION…');
  await ready();
  for (const version of positionals) {
    const outcomes = await oracleSymbols(version, values.only);
    printGroup(`symbols, ${version}`, outcomes);
    if (outcomes.some(({ status }) => status === 'failed')) process.exitCode = 1;
  }
}

if (process.argv[1]?.endsWith('oracle-symbols.ts')) await main();
