/**
 * Compares the runtime with recorded results of TensorFlow:
 * `goldens.ts FOLDER [--backend cpu|wasm] [--group NAME] [--filter TEXT]`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openGoldens } from '@km/test-utils';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { ready } from '../../packages/layers/src/engine/ready.ts';
import { type CaseRunner, type Outcome, printGroup, runCases } from './golden-report.ts';
import { runLayer } from './goldens-layers.ts';
import { runLoss } from './goldens-losses.ts';
import { runMetric } from './goldens-metrics.ts';
import { runMisc } from './goldens-misc.ts';
import { runOptimizer } from './goldens-optimizers.ts';

const RUNNERS: ReadonlyMap<string, CaseRunner> = new Map([
  ['layers', runLayer],
  ['misc', runMisc],
  ['optimizers', runOptimizer],
  ['losses', runLoss],
  ['metrics', runMetric],
]);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'cpu' },
      group: { type: 'string', default: '' },
      filter: { type: 'string', default: '' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('usage: goldens.ts FOLDER');
  await ready(values.backend);
  const outcomes: Outcome[] = [];
  for (const [group, run] of RUNNERS) {
    if (values.group !== '' && values.group !== group) continue;
    if (!existsSync(path.join(folder, `${group}.json`))) continue;
    const found = await runCases(await openGoldens(folder, group), values.filter, run);
    printGroup(group, found);
    outcomes.push(...found);
  }
  const count = (status: string): number => outcomes.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || outcomes.length === 0) process.exitCode = 1;
}

await main();
