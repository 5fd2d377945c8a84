/**
 * Runs `serving_default` of SavedModels that the oracle kit made and compares with what the model predicted there:
 * `oracle-signatures.ts FOLDER… [--backend wasm|cpu] [--filter TEXT]`; each folder holds one folder per model.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, type Tensor } from '@km/core';
import { ready, saved_model } from '@km/keras';
import { type Outcome, printGroup } from './golden-report.ts';
import { type OracleCase, readOracleCase } from './oracle-case.ts';

/** Tolerances of the kit; half precision differs between builds by rounding. */
const TOLERANCE = 1e-5;
const HALF_TOLERANCE = 1e-3;

/** Runs the models of one folder. */
export async function oracleSignatures(folder: string, filter = ''): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const name of readdirSync(folder).sort()) {
    const place = path.join(folder, name);
    if (!name.includes(filter) || !existsSync(path.join(place, 'expected.json'))) continue;
    outcomes.push(await check(readOracleCase(place), name));
  }
  return outcomes;
}

async function check(found: OracleCase, id: string): Promise<Outcome> {
  try {
    const model = await saved_model.load(found.model);
    const signature = model.signatures.serving_default ?? Object.values(model.signatures)[0];
    if (signature === undefined) return { id, status: 'skipped', reason: 'no signatures' };
    const arrays = found.arrays('inputs');
    const names = found.expected.inputs.map(({ name }) => name);
    const inputs = new Map(
      signature.inputs.map(({ name }, i) => {
        const at = names.indexOf(name);
        return [name, required(arrays[at < 0 ? i : at], name)];
      }),
    );
    const outputs = [...signature.call_records(inputs).values()];
    const tolerance = found.name.includes('float16') ? HALF_TOLERANCE : TOLERANCE;
    const difference = Math.max(
      ...found.arrays('outputs').map((wanted) => nearest(wanted, outputs)),
    );
    if (difference <= tolerance) return { id, status: 'passed', difference };
    return { id, status: 'failed', reason: `differs by ${difference}` };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    return { id, status: 'failed', reason: messageOf(error).slice(0, 300) };
  }
}

function required(tensor: Tensor | undefined, name: string): Tensor {
  if (tensor === undefined) throw new Error(`the kit has no input ${name}`);
  return tensor;
}

/** Difference to the output that is nearest, since the kit numbers outputs and signatures name them. */
function nearest(wanted: Tensor, outputs: readonly Tensor[]): number {
  const alike = outputs.filter(({ shape }) => shape.join() === wanted.shape.join());
  return Math.min(...alike.map((output) => largestDifference(output, wanted)));
}

function largestDifference(a: Tensor, b: Tensor): number {
  const right = Array.from<unknown>(b.data).map(Number);
  return Array.from<unknown>(a.data).reduce<number>(
    (most, value, i) => Math.max(most, Math.abs(Number(value) - (right[i] ?? Number.NaN))),
    0,
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      filter: { type: 'string', default: '' },
      backend: { type: 'string', default: 'wasm' },
    },
  });
  if (positionals.length === 0) throw new Error('usage: oracle-signatures.ts FOLDER…');
  await ready(values.backend);
  let failed = 0;
  for (const folder of positionals) {
    const outcomes = await oracleSignatures(folder, values.filter);
    printGroup(folder, outcomes);
    failed += outcomes.filter(({ status }) => status === 'failed').length;
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1]?.endsWith('oracle-signatures.ts')) await main();
