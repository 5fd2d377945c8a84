/**
 * Lets TensorFlow run the functions that are traced from recorded layers, and compares results, changed weights and
 * gradients with the records: `oracle-trace.ts GOLDENS [VERSION …] [--group NAME] [--filter TEXT]`; the
 * version `here` is the executor of @km. `oracleTrace` is the part for other commands.
 * KM_ORACLE_HOME says where the environments of TensorFlow are.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import { type GoldenCase, type Goldens, openGoldens } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { ready } from '../../packages/layers/src/engine/ready.ts';
import type { Outcome } from './golden-report.ts';
import { pythonOf, runPython } from './oracle-kit.ts';
import { judgeHere } from './trace-here.ts';
import type { CaseRecord, TraceOutcome } from './trace-record.ts';
import { caseRecord, randomRecord } from './trace-write.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_trace.py');

/** The versions whose op kernels and loaders of functions differ most. */
export const TRACED_VERSIONS: readonly string[] = ['2.4.4', '2.15.1'];

/** Cases that one process takes; TensorFlow keeps every function that it has seen. */
const CHUNK = 20;

/** Layers whose functions are judged. */
interface TraceSelection {
  readonly folder: string;
  readonly group: string;
  readonly version: string;
}

/** Lets one version of TensorFlow run all cases. */
async function judge(
  { folder, group, version }: TraceSelection,
  records: readonly CaseRecord[],
): Promise<TraceOutcome[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'traces-'));
  const file = path.join(directory, 'cases.json');
  const outcomes: TraceOutcome[] = [];
  try {
    for (let start = 0; start < records.length; start += CHUNK) {
      const chunk = records.slice(start, start + CHUNK);
      writeFileSync(file, JSON.stringify(chunk));
      const { output, errors, status } = await runPython(pythonOf(version), [
        ...[script, folder, group, file],
      ]);
      if (process.env.KM_CHECK_STACKS !== undefined) console.error(errors);
      const lines = output.split('\n').filter((line) => line.startsWith('{'));
      outcomes.push(...lines.map((line) => JSON.parse(line) as TraceOutcome));
      const end = `Python ended with ${String(status)}. ${errors.slice(-500)}`;
      outcomes.push(...chunk.slice(lines.length).map((record) => unjudged(record, end)));
    }
    return outcomes;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The outcome of a case to which the process did not come. */
function unjudged({ id, class_name }: CaseRecord, end: string): TraceOutcome {
  return { id, class_name, status: 'failed', gradient: 'none', reason: `not judged: ${end}` };
}

function report(title: string, outcomes: readonly TraceOutcome[]): void {
  const classes = new Map<string, TraceOutcome[]>();
  for (const outcome of outcomes) {
    const list = classes.get(outcome.class_name) ?? [];
    classes.set(outcome.class_name, [...list, outcome]);
  }
  console.log(`\n${title}`);
  for (const [name, list] of [...classes].sort()) {
    const count = (status: string): number => list.filter((each) => each.status === status).length;
    const gradients = list.filter(({ gradient }) => gradient === 'passed').length;
    const wrong = list.filter(({ gradient }) => gradient === 'failed').length;
    console.log(
      `  ${name.padEnd(28)} ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped; gradients ${gradients} passed, ${wrong} failed`,
    );
  }
  for (const { id, reason } of outcomes.filter(isBad))
    console.log(`  ${id}: ${reason.split('\n').slice(0, 3).join(' | ').slice(0, 400)}`);
  console.log(`${title}: ${countsOf(outcomes)}`);
}

function isBad({ status, gradient }: TraceOutcome): boolean {
  return status === 'failed' || gradient === 'failed';
}

function countsOf(outcomes: readonly TraceOutcome[]): string {
  const all = (status: string): number => outcomes.filter((each) => each.status === status).length;
  const gradients = outcomes.filter(({ gradient }) => gradient === 'passed').length;
  return `${all('passed')} passed, ${all('failed')} failed, ${all('skipped')} skipped; gradients ${gradients} passed`;
}

/** Traces the layers of a container. */
function recordsOf(
  group: string,
  container: Goldens,
  chosen: readonly GoldenCase[],
): readonly CaseRecord[] {
  const record = group === 'layers_random' ? randomRecord : caseRecord;
  return chosen.map((golden) => record(golden, container));
}

/** The first case of each class. */
function firstOfEach(cases: readonly GoldenCase[]): readonly GoldenCase[] {
  const first = new Map<unknown, GoldenCase>();
  for (const golden of cases)
    if (!first.has(golden.class_name)) first.set(golden.class_name, golden);
  return [...first.values()];
}

/** Lets one version run the functions of recorded layers, of all or of the first of each class. */
export async function oracleTrace(
  version: string,
  folder: string,
  all: boolean,
): Promise<Outcome[]> {
  const outcomes: TraceOutcome[] = [];
  for (const group of ['layers', 'layers_random']) {
    const container = await openGoldens(folder, group);
    const chosen = all ? container.cases : firstOfEach(container.cases);
    const records = recordsOf(group, container, chosen);
    outcomes.push(...(await judge({ folder, group, version }, records)));
  }
  console.log(`traced, ${version}: ${countsOf(outcomes)}`);
  return outcomes.map((outcome) => ({
    id: outcome.id,
    status: isBad(outcome) ? 'failed' : outcome.status,
    reason: outcome.reason,
  }));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      group: { type: 'string', default: 'layers' },
      filter: { type: 'string', default: '' },
    },
  });
  const [folder, ...versions] = positionals;
  if (folder === undefined) throw new Error('usage: oracle-trace.ts GOLDENS [VERSION …]');
  await tf.setBackend('cpu');
  await ready();
  const { group, filter } = values;
  const container = await openGoldens(folder, group);
  const start = performance.now();
  const chosen = container.cases.filter(({ id }) => id.includes(filter));
  const records = recordsOf(group, container, chosen);
  console.log(`${records.length} cases traced in ${Math.round(performance.now() - start)} ms`);
  for (const version of versions.length > 0 ? versions : TRACED_VERSIONS) {
    const isHere = version === 'here';
    const outcomes = isHere
      ? records.map((record) => judgeHere(record, container))
      : await judge({ folder, group, version }, records);
    report(isHere ? 'the executor' : `TensorFlow ${version}`, outcomes);
    if (outcomes.some(isBad)) process.exitCode = 1;
  }
}

if (process.argv[1]?.endsWith('oracle-trace.ts')) await main();
