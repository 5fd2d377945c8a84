/**
 * Compares `km inspect --all` with `saved_model_cli show --all` of TensorFlow 2.15 over all SavedModels below folders:
 * `oracle-saved-model-cli.ts --cli SAVED_MODEL_CLI FOLDER… [--filter TEXT]`; `oracleShown` is the part for other commands. Every model gets a process of its own, as the
 * order of traces depends on what was loaded before. What TensorFlow cannot show is listed and does not count.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { messageOf } from '@km/core';
import { fileStore } from '@km/core/node';
import { showAll } from '../../packages/cli/src/inspect/show-all.ts';
import { type Outcome, printGroup } from './golden-report.ts';

/** Ample for the text of the largest models. */
const MAX_OUTPUT = 64 * 1024 * 1024;

const ENVIRONMENT = {
  ...process.env,
  TF_ENABLE_ONEDNN_OPTS: '0',
  CUDA_VISIBLE_DEVICES: '-1',
  TF_CPP_MIN_LOG_LEVEL: '3',
};

function savedModels(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries
    .filter((name) => path.basename(name) === 'saved_model.pb')
    .map((name) => path.join(folder, path.dirname(name)))
    .sort();
}

/** Sorts the ops, which Python prints in an order that changes from run to run. */
function withSortedOps(text: string): string {
  return text.replace(
    /^(The MetaGraph with tag set .* contains the following ops: \{)(.*)\}$/gm,
    (_, head: string, ops: string) => `${head}${ops.split(', ').sort().join(', ')}}`,
  );
}

async function compare(cli: string, model: string): Promise<Outcome> {
  const argv = ['show', '--dir', model, '--all'];
  const theirs = await promisify(execFile)(cli, argv, {
    env: ENVIRONMENT,
    maxBuffer: MAX_OUTPUT,
  }).then(
    ({ stdout }) => ({ stdout }),
    (error: unknown) => ({ error }),
  );
  if ('error' in theirs) {
    const reason = messageOf(theirs.error).trim().split('\n').at(-1) ?? '';
    return { id: model, status: 'skipped', reason: `refused by TensorFlow: ${reason}` };
  }
  try {
    const location = { store: fileStore(model), path: '', kind: 'saved-model' } as const;
    const [actual, expected] = [await showAll(location), theirs.stdout].map(withSortedOps);
    if (actual === expected) return { id: model, status: 'passed' };
    return { id: model, status: 'failed', reason: firstDifference(actual ?? '', expected ?? '') };
  } catch (error) {
    return { id: model, status: 'failed', reason: messageOf(error) };
  }
}

function firstDifference(actual: string, expected: string): string {
  const [left, right] = [actual.split('\n'), expected.split('\n')];
  const line = right.findIndex((text, i) => text !== left[i]);
  return `line ${line + 1}: ${JSON.stringify(left[line])}, TensorFlow ${JSON.stringify(right[line])}`;
}

/** Compares all SavedModels below some folders; what TensorFlow refuses is skipped. */
export async function oracleShown(
  cli: string,
  folders: readonly string[],
  filter = '',
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const model of folders.flatMap(savedModels)) {
    if (model.includes(filter)) outcomes.push(await compare(cli, model));
  }
  return outcomes;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { cli: { type: 'string' }, filter: { type: 'string', default: '' } },
  });
  const { cli, filter } = values;
  if (cli === undefined || positionals.length === 0) {
    throw new Error('usage: oracle-saved-model-cli.ts --cli SAVED_MODEL_CLI FOLDER…');
  }
  const outcomes = await oracleShown(cli, positionals, filter);
  printGroup('saved_model_cli', outcomes);
  process.exitCode = outcomes.some(({ status }) => status === 'failed') ? 1 : 0;
}

if (process.argv[1]?.endsWith('oracle-saved-model-cli.ts')) await main();
