/**
 * Lets Keras read HDF5 files that @km wrote: `oracle-h5.ts KIT PYTHON... [--filter TEXT]`, with the folder of km_oracle.py and pythons that
 * have TensorFlow; `oracleH5` is the part for other commands. Keras makes a model and saves it, @km reads the file and
 * writes it again, and Keras must find the same weights, optimizer state, predictions and training step in the copy. The
 * first python's whole models are also given to the others.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  detectH5Kind,
  readModelH5,
  readWeightsH5,
  readWeightsV3,
  writeModelH5,
  writeWeightsH5,
  writeWeightsV3,
} from '@km/hdf5';

/** What became of one check. */
export interface OracleOutcome {
  readonly id: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly reason: string;
}

/** A model of the kit, the format to save it in, and how @km stores lists of names. */
interface Case {
  readonly zoo: string;
  readonly format: 'h5' | 'weights-h5' | 'weights-keras';
  readonly strings?: 'fixed';
}

const CASES: readonly Case[] = [
  { zoo: 'mlp', format: 'h5' },
  { zoo: 'mlp', format: 'h5', strings: 'fixed' },
  { zoo: 'functional_multi_io', format: 'h5' },
  { zoo: 'bidirectional', format: 'h5' },
  { zoo: 'normalization', format: 'h5' },
  { zoo: 'mixed_float16', format: 'h5' },
  { zoo: 'opt_rmsprop_centered_legacy', format: 'h5' },
  { zoo: 'mlp', format: 'weights-h5' },
  { zoo: 'functional_multi_io', format: 'weights-keras' },
];

interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly model?: string;
  readonly by?: Readonly<Record<string, string>>;
  readonly expect?: {
    readonly weightOrderSame?: boolean;
    readonly optimizerStateBitIdentical?: boolean;
    readonly outputsMaxDiff?: number;
    readonly outputsAfterStepMaxDiff?: number;
  };
}

/** Runs all checks whose name contains `filter` with the pythons given. */
export async function oracleH5(
  kit: string,
  pythons: readonly string[],
  filter = '',
): Promise<OracleOutcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'h5-'));
  const outcomes: OracleOutcome[] = [];
  const cases = CASES.filter((item) => nameOf(item).includes(filter));
  try {
    for (const [i, python] of pythons.entries()) {
      for (const [k, item] of cases.entries()) {
        const readers = i === 0 && item.format === 'h5' ? pythons : [python];
        const out = path.join(folder, `${i}-${k}`);
        outcomes.push(...(await checkCase({ kit, python, readers, out }, item)));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return outcomes;
}

interface Setting {
  readonly kit: string;
  readonly python: string;
  readonly readers: readonly string[];
  readonly out: string;
}

function nameOf({ zoo: name, format, strings }: Case): string {
  return [name, format, strings].join(' ').trim();
}

async function checkCase(setting: Setting, item: Case): Promise<OracleOutcome[]> {
  const { kit, python, readers, out } = setting;
  const made = run(kit, python, ['make', item.zoo, '--format', item.format, '--out', out]);
  const own = `${nameOf(item)}, Keras ${made.by?.keras ?? path.basename(python)}`;
  if (!made.ok || made.model === undefined) {
    const reason = made.error ?? 'not made';
    return [{ id: own, status: reason.includes('unsupported') ? 'skipped' : 'failed', reason }];
  }
  const [original, copy] = [path.join(out, made.model), path.join(out, `km-${made.model}`)];
  await copyFile(original, copy, item);
  return readers.map((reader) => {
    const check = (file: string): Answer =>
      run(kit, reader, ['check', file, '--io', path.join(out, 'expected.json'), ...zoo(item)]);
    const answer = check(copy);
    const to = reader === python ? '' : ` read by Keras ${answer.by?.keras ?? reader}`;
    const outcome = judge(answer, item);
    const id = `${own}${to}`;
    if (outcome.status === 'passed') return { id, ...outcome };
    // Keras does not always restore what it saved; then the copy must fare as the original does.
    const same = JSON.stringify(judge(check(original), item)) === JSON.stringify(outcome);
    const reason = `${outcome.reason}, ${same ? 'as with' : 'unlike'} the file of Keras`;
    return { id, status: same ? 'passed' : 'failed', reason };
  });
}

function zoo({ format, zoo: name }: Case): readonly string[] {
  return format === 'h5' ? [] : ['--zoo', name];
}

async function copyFile(from: string, to: string, { strings }: Case): Promise<void> {
  const kind = await detectH5Kind(from);
  if (kind === 'model') await writeModelH5(to, await readModelH5(from), { strings });
  else if (kind === 'weights') await writeWeightsH5(to, await readWeightsH5(from), { strings });
  else await writeWeightsV3(to, await readWeightsV3(from));
}

function judge(answer: Answer, { format }: Case): Pick<OracleOutcome, 'status' | 'reason'> {
  const { expect = {}, ok, error } = answer;
  const problems = [
    ok ? '' : (error ?? 'not accepted'),
    expect.weightOrderSame === true ? '' : 'weights differ',
    expect.outputsMaxDiff === undefined ? 'no prediction' : '',
    // A legacy weights file holds no optimizer state.
    format === 'weights-h5' || expect.optimizerStateBitIdentical === true
      ? ''
      : 'optimizer state differs',
  ].filter((problem) => problem !== '');
  const reason = `outputs differ by ${expect.outputsMaxDiff}, after a training step by ${expect.outputsAfterStepMaxDiff ?? 'random'}`;
  return problems.length === 0
    ? { status: 'passed', reason }
    : { status: 'failed', reason: problems.join('; ') };
}

function run(kit: string, python: string, args: readonly string[]): Answer {
  const env = {
    ...process.env,
    TF_ENABLE_ONEDNN_OPTS: '0',
    CUDA_VISIBLE_DEVICES: '-1',
    TF_CPP_MIN_LOG_LEVEL: '3',
  };
  const command = [path.join(kit, 'km_oracle.py'), ...args];
  const { stdout } = spawnSync(python, command, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  try {
    return JSON.parse(stdout);
  } catch {
    return { ok: false, error: `no answer: ${stdout.slice(0, 200)}` };
  }
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { filter: { type: 'string', default: '' } },
  });
  const [kit, ...pythons] = positionals;
  if (kit === undefined || pythons.length === 0) {
    throw new Error('usage: oracle-h5.ts KIT PYTHON... [--filter TEXT]');
  }
  const outcomes = await oracleH5(kit, pythons, values.filter);
  for (const { id, status, reason } of outcomes) console.log(`${status.padEnd(8)}${id}: ${reason}`);
  const count = (status: string): number => outcomes.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || outcomes.length === 0) process.exitCode = 1;
}

if (path.basename(process.argv[1] ?? '') === 'oracle-h5.ts') await main();
