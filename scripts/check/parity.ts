/**
 * Compares what the same code does here and in TensorFlow: `parity.ts PYTHON [--only NAME,…] [--all]`, the latter for all
 * differences of a case. What other versions do otherwise than 2.15 is named in `parity-versions.ts`.
 * Cases log what happens, step by step; a case of TypeScript and the case of the same name in Python must log the same.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import type { Outcome } from './golden-report.ts';
import { runPython } from './oracle-kit.ts';
import { HELPERS, REPLIES } from './parity-api.ts';
import { begin, type LogLine, type ParityCase, ParityLog } from './parity-base.ts';
import { CALLBACK_REPLIES, CALLBACKS } from './parity-callbacks.ts';
import { TRAINING } from './parity-training.ts';
import { differencesOf, type VersionDifference } from './parity-versions.ts';

const folderHere = path.dirname(fileURLToPath(import.meta.url));
const script = path.join(folderHere, 'parity.py');
const TOLERANCE = 1e-5;
const SUITES: readonly (readonly [module: string, cases: Readonly<Record<string, ParityCase>>])[] =
  [
    ['parity_training', TRAINING],
    ['parity_callbacks', CALLBACKS],
    ['parity_api', HELPERS],
  ];

/** Runs all cases, or those that are named, against one python with TensorFlow. */
export async function parity(
  python: string,
  only: readonly string[] = [],
  all = false,
): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parity-'));
  try {
    const ours = new Map<string, readonly LogLine[]>();
    for (const [name, run] of SUITES.flatMap(([, cases]) => Object.entries(cases))) {
      if (only.length === 0 || only.includes(name)) ours.set(name, await logged(folder, name, run));
    }
    const { version, cases: theirs, read } = runTheirs(python, folder, only);
    for (const [name, lines] of read) ours.set(name, lines);
    for (const [name, reply] of Object.entries({ ...REPLIES, ...CALLBACK_REPLIES })) {
      const lines = theirs.get(name);
      if (lines !== undefined) {
        ours.set(name, await logged(folder, name, (log) => reply(log, lines)));
      }
    }
    const names = new Set([...ours.keys(), ...theirs.keys()]);
    const most = all ? Number.POSITIVE_INFINITY : 1;
    return [...names].map((name) => {
      const lines = { ours: ours.get(name), theirs: theirs.get(name) };
      return judged(name, lines, differencesOf(version, name), most);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function logged(folder: string, name: string, run: ParityCase): Promise<readonly LogLine[]> {
  const own = path.join(folder, 'ours', name);
  mkdirSync(own, { recursive: true });
  const log = new ParityLog(own);
  begin();
  try {
    await run(log);
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(name, error);
    log.add('fails', error instanceof Error ? error.message : String(error));
  }
  return log.lines;
}

function runTheirs(
  python: string,
  folder: string,
  only: readonly string[],
): Record<'cases' | 'read', ReadonlyMap<string, readonly LogLine[]>> & {
  readonly version: string;
} {
  const env = {
    ...process.env,
    ...{ TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' },
    ...{ PYTHONDONTWRITEBYTECODE: '1', KM_PARITY_ONLY: only.join(' ') },
  };
  const modules = SUITES.map(([module]) => module);
  const done = spawnSync(python, [script, folder, ...modules], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${python} failed: ${done.stderr.slice(-2000)}`);
  const text = readFileSync(path.join(folder, 'theirs.json'), 'utf8');
  const { version, cases, read } = JSON.parse(text) as {
    readonly version: string;
  } & Record<'cases' | 'read', Record<string, LogLine[]>>;
  return {
    version,
    cases: new Map(Object.entries(cases ?? {})),
    read: new Map(Object.entries(read ?? {})),
  };
}

interface Sides {
  readonly ours: readonly LogLine[] | undefined;
  readonly theirs: readonly LogLine[] | undefined;
}

function judged(
  name: string,
  { ours, theirs }: Sides,
  known: readonly VersionDifference[],
  most: number,
): Outcome {
  const id = name.replaceAll('_', ' ');
  const whole = known.find(({ lines }) => lines === undefined);
  if (whole !== undefined) return { id, status: 'skipped', reason: whole.reason };
  const found =
    ours === undefined || theirs === undefined
      ? ['one side only']
      : ours.length === 0
        ? ['logs nothing']
        : differencesLeft(comparable(ours, theirs, known));
  if (found.length === 0) return { id, status: 'passed' };
  return { id, status: 'failed', reason: found.slice(0, most).join('\n  ') };
}

/** The lines of both sides without the parts that a version does not know or does otherwise. */
function comparable(
  ours: readonly LogLine[],
  theirs: readonly LogLine[],
  known: readonly VersionDifference[],
): [readonly LogLine[], readonly LogLine[]] {
  const unknown = theirs.flatMap(([label, value]) => (label === 'unknown' ? [String(value)] : []));
  const isUnknown = (label: string): boolean =>
    unknown.some(
      (part) =>
        label === part || (/^(:|,| of)/.test(label.slice(part.length)) && label.startsWith(part)),
    );
  const counts = ([label]: LogLine): boolean =>
    label !== 'unknown' &&
    !isUnknown(label) &&
    !known.some(({ lines }) => lines?.test(label) === true);
  return [ours.filter(counts), theirs.filter(counts)];
}

function differencesLeft([ours, theirs]: [readonly LogLine[], readonly LogLine[]]): string[] {
  return ours.length === 0 ? ['nothing is compared'] : differences(ours, theirs);
}

/** The lines that differ. */
function differences(ours: readonly LogLine[], theirs: readonly LogLine[]): string[] {
  const found: string[] = [];
  for (let k = 0; k < Math.max(ours.length, theirs.length); k += 1) {
    const [our, their] = [ours[k], theirs[k]];
    const at = `line ${String(k)}`;
    if (our?.[0] !== their?.[0]) {
      return [...found, `${at}: ${shown(our)}, TensorFlow: ${shown(their)}`];
    }
    const difference = unlike(our?.[1], their?.[1], '');
    if (difference !== null) found.push(`${at} ${our?.[0] ?? ''}${difference}`);
  }
  return found;
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300);

/** Says where two values differ: numbers by more than the tolerance, also numbers within texts. */
function unlike(our: unknown, their: unknown, at: string): string | null {
  const differ = `${at}: ${shown(our)}, TensorFlow: ${shown(their)}`;
  if (typeof our === 'number' && typeof their === 'number') {
    return Math.abs(our - their) <= TOLERANCE * (1 + Math.abs(their)) ? null : differ;
  }
  if (typeof our === 'string' && typeof their === 'string') {
    return unlikeTexts(our, their) ? differ : null;
  }
  return isObject(our) && isObject(their)
    ? unlikeObjects(our, their, at)
    : our === their
      ? null
      : differ;
}

/** Says where two lists or dictionaries differ; the order of names counts. */
function unlikeObjects(
  our: Readonly<Record<string, unknown>>,
  their: Readonly<Record<string, unknown>>,
  at: string,
): string | null {
  const names = Object.keys(our);
  const same = Array.isArray(our) === Array.isArray(their);
  if (!same || names.join() !== Object.keys(their).join()) {
    return `${at}: ${shown(our)}, TensorFlow: ${shown(their)}`;
  }
  return first(names.map((name) => () => unlike(our[name], their[name], `${at}.${name}`)));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function first(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const found = check();
    if (found !== null) return found;
  }
  return null;
}

const NUMBER = /\d+\.\d+(?:e[+-]?\d+)?/g;

/** True when texts differ in more than the last digits of their fractions. */
function unlikeTexts(our: string, their: string): boolean {
  if (our === their) return false;
  if (our.replaceAll(NUMBER, '#') !== their.replaceAll(NUMBER, '#')) return true;
  const [ours, theirs] = [our.match(NUMBER) ?? [], their.match(NUMBER) ?? []];
  return ours.some((text, k) => {
    const [a, b] = [Number(text), Number(theirs[k])];
    return Math.abs(a - b) > 2e-4 + TOLERANCE * Math.abs(b);
  });
}

const LINE = /^(passed|failed|skipped) +([^:]+)(?:: (.*))?$/;

/** Runs all cases in a process of their own, in which nothing else counts names or draws numbers meanwhile. */
export async function parityApart(python: string): Promise<Outcome[]> {
  const runner = path.join(path.dirname(folderHere), 'run.mjs');
  const file = path.join(folderHere, 'parity.ts');
  const { output, errors, status } = await runPython(process.execPath, [runner, file, python]);
  const outcomes = output.split('\n').flatMap((line): Outcome[] => {
    const [, result, id = '', reason] = LINE.exec(line) ?? [];
    if (result === undefined) return [];
    return [
      { id, status: result as Outcome['status'], ...(reason === undefined ? {} : { reason }) },
    ];
  });
  if (outcomes.length > 0) return outcomes;
  const reason = `the process ended with ${String(status)}: ${errors.slice(-500)}`;
  return [{ id: 'all cases', status: 'failed', reason }];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      all: { type: 'boolean', default: false },
    },
  });
  const [python] = positionals;
  if (python === undefined) throw new Error('usage: parity.ts PYTHON [--only NAME,…]');
  await ready('cpu');
  await tf.setBackend('cpu');
  const outcomes = await parity(
    python,
    values.only === '' ? [] : values.only.split(','),
    values.all,
  );
  for (const { id, status, reason } of outcomes)
    console.log(`${status.padEnd(8)}${id}${reason === undefined ? '' : `: ${reason}`}`);
  const count = (wanted: Outcome['status']): number =>
    outcomes.filter(({ status }) => status === wanted).length;
  const failed = count('failed');
  console.log(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`);
  if (failed > 0 || outcomes.length === 0) process.exitCode = 1;
}

if (path.basename(process.argv[1] ?? '') === 'parity.ts') await main();
