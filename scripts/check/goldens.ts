/**
 * Compares the runtime with recorded results of TensorFlow:
 * `goldens.ts FOLDER [--backend both|cpu|wasm] [--group NAME] [--filter TEXT]`.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openGoldens } from '@km/test-utils';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { ready } from '../../packages/layers/src/engine/ready.ts';
import { withExceptions } from './golden-exceptions.ts';
import { type CaseRunner, type Outcome, outcomeOf, printGroup, runCases } from './golden-report.ts';
import { runConfigs } from './goldens-configs.ts';
import { formsOf, runContinuation } from './goldens-continuation.ts';
import { runLayer } from './goldens-layers.ts';
import { runRandomLayer } from './goldens-layers-random.ts';
import { runLoss } from './goldens-losses.ts';
import { runMetric } from './goldens-metrics.ts';
import { runMisc } from './goldens-misc.ts';
import { runOptimizer } from './goldens-optimizers.ts';
import { runTraining } from './goldens-training.ts';
import { VERSION_RUNNERS } from './goldens-versions.ts';
import { openTraining } from './training-case.ts';

/** How the cases of each group are run. */
const RUNNERS: ReadonlyMap<string, CaseRunner> = new Map([
  ['layers', runLayer],
  ['layers_random', runRandomLayer],
  ['optimizers', runOptimizer],
  ['losses', runLoss],
  ['metrics', runMetric],
  ['misc', runMisc],
  ...VERSION_RUNNERS,
]);

/** The groups that recorded trainings make up. */
const GROUPS: readonly string[] = ['training', 'continuation'];

interface Options {
  readonly group: string;
  readonly filter: string;
}

async function runGroups(folder: string, { group, filter }: Options): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [name, run] of RUNNERS) {
    if (group !== '' && group !== name) continue;
    if (!existsSync(path.join(folder, `${name}.json`))) continue;
    const container = await openGoldens(folder, name);
    const found = withExceptions(name, await runCases(container, filter, run));
    printGroup(name, found);
    outcomes.push(...found);
  }
  return outcomes;
}

/** Reads the configurations of other versions, `GROUP.VERSION.configs.json`. */
async function runVersions(folder: string, { group, filter }: Options): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.configs.json') || (group !== '' && !file.startsWith(group))) continue;
    const found = await runConfigs(folder, file, filter);
    if (found === null) continue;
    const name = file.replace('.json', '');
    const judged = withExceptions(name, found);
    printGroup(name, judged);
    outcomes.push(...judged);
  }
  return outcomes;
}

/** A recorded training. */
interface Training {
  readonly version: string;
  readonly id: string;
  readonly folder: string;
}

/** The trainings `training/VERSION/CASE`. */
function trainingsOf(root: string): Training[] {
  return readdirSync(root)
    .sort()
    .flatMap((version) =>
      readdirSync(path.join(root, version))
        .sort()
        .map((name) => ({
          version,
          id: `${version}/${name}`,
          folder: path.join(root, version, name),
        })),
    );
}

/** Runs the trainings from their initial weights, and goes on with each from what was saved after the first epoch. */
async function runTrainings(folder: string, { group, filter }: Options): Promise<Outcome[]> {
  const root = path.join(folder, 'training');
  if ((group !== '' && !GROUPS.includes(group)) || !existsSync(root)) return [];
  const found = new Map<string, Outcome[]>();
  const note = (name: string, outcome: Outcome): void => {
    found.set(name, [...(found.get(name) ?? []), outcome]);
  };
  for (const { version, id, folder: of } of trainingsOf(root)) {
    if (group !== 'continuation' && id.includes(filter)) {
      note(`training/${version}`, await outcomeOf(id, () => runTraining(of)));
    }
    if (group === 'training') continue;
    for (const form of formsOf(await openTraining(of))) {
      const name = `${id}/${form}`;
      if (!name.includes(filter)) continue;
      note(`continuation/${version}`, await outcomeOf(name, () => runContinuation(of, form)));
    }
  }
  for (const [name, outcomes] of [...found].sort()) printGroup(name, outcomes);
  return [...found.values()].flat();
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'both' },
      group: { type: 'string', default: '' },
      filter: { type: 'string', default: '' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('usage: goldens.ts FOLDER');
  const outcomes: Outcome[] = [];
  for (const backend of values.backend === 'both' ? ['wasm', 'cpu'] : [values.backend]) {
    console.log(`backend ${await ready(backend)}`);
    outcomes.push(
      ...(await runGroups(folder, values)),
      ...(await runVersions(folder, values)),
      ...(await runTrainings(folder, values)),
    );
  }
  const count = (status: string): number => outcomes.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || outcomes.length === 0) process.exitCode = 1;
}

await main();
