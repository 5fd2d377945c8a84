/**
 * Exchanges models with installed TensorFlow versions, both ways:
 * `oracle.ts [VERSION …] [--formats F,…] [--only NAME,…] [--all]`. Without `--all` a choice of models is taken.
 * Each version writes its models, which are read here and compared; what was read is written again here, and that version
 * reads it. Where KM_GOLDENS names recorded results, TensorFlow goes on with trainings begun here. KM_ORACLE says where the kit (`km_oracle.py`) lies, KM_ORACLE_HOME where its environments are.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ready } from '@km/keras';
import { type Outcome, printGroup } from './golden-report.ts';
import { type OracleCase, readOracleCase } from './oracle-case.ts';
import { oracleCheckpoints } from './oracle-checkpoints.ts';
import { oracleContinuations } from './oracle-continuation.ts';
import { checkRead } from './oracle-read.ts';
import { oracleRevive, REVIVED } from './oracle-revive.ts';
import { judgeRow, type MatrixRow } from './oracle-rows.ts';
import { oracleShown } from './oracle-saved-model-cli.ts';
import { oracleTrain } from './oracle-train.ts';
import { writeBack } from './oracle-write.ts';

/** The models of a run without `--all`: each kind of layer, optimizer and wiring once. */
const CHOICE = [
  'mlp',
  'cnn_bn',
  'functional_multi_io',
  'lstm',
  'gru',
  'bidirectional',
  'embedding_mask',
  'transformer',
  'custom_layer',
  'tf_op_lambda',
  'add_loss_metric',
  'regularizers',
  'normalization',
  'mixed_float16',
  'opt_adam_legacy',
  'lr_schedule',
  'convlstm2d',
  'stateful_lstm',
];
/** Versions at work at the same time. */
const AT_ONCE = 2;
const VERSIONS = ['2.4.4', '2.10.1', '2.15.1', '2.19.1'];
/** The release of which `km inspect --all` prints the same. */
const SHOWN = '2.15.';
/** Formats that are written here, too. */
const WRITTEN = ['h5', 'tf', 'keras', 'ckpt', 'weights-h5', 'weights-keras'];
const FORMATS = [...WRITTEN, 'tf-notrace', 'plain', 'export', 'train-ckpt', 'json'];

interface Kit {
  readonly script: string;
  readonly python: string;
}

function kitOf(version: string): Kit {
  const folder = process.env.KM_ORACLE;
  if (folder === undefined) throw new Error('KM_ORACLE must name the folder of km_oracle.py.');
  const home = process.env.KM_ORACLE_HOME ?? path.join(homedir(), '.cache', 'km-oracle');
  const python = path.join(home, `tf-${version}`, 'bin', 'python');
  if (!existsSync(python))
    throw new Error(`${python} does not exist: run the kit's setup.sh ${version}.`);
  return { script: path.join(folder, 'km_oracle.py'), python };
}

/** Runs the kit's matrix command; resolves to its rows. */
async function matrix(
  { script, python }: Kit,
  args: readonly string[],
): Promise<readonly MatrixRow[]> {
  const env = {
    ...process.env,
    TF_ENABLE_ONEDNN_OPTS: '0',
    TF_CPP_MIN_LOG_LEVEL: '3',
    CUDA_VISIBLE_DEVICES: '-1',
  };
  const child = spawn(python, [script, 'matrix', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  try {
    return JSON.parse(Buffer.concat(output).toString()).rows;
  } catch {
    const tail = Buffer.concat(errors).toString().slice(-500);
    throw new Error(`the kit printed no JSON (exit ${String(status)}): ${tail}`);
  }
}

async function attempt(id: string, run: () => Promise<number | string>): Promise<Outcome> {
  try {
    const result = await run();
    if (typeof result === 'string') return { id, status: 'skipped', reason: result };
    return { id, status: 'passed', difference: result };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    return { id, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function casesOf(folder: string): OracleCase[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(path.join(folder, name, 'expected.json')))
    .map((name) => readOracleCase(path.join(folder, name)));
}

interface Selection {
  readonly formats: readonly string[];
  readonly only: string;
}

/** Compares `km inspect --all` with what TensorFlow prints of its models. */
async function showAll({ python }: Kit, folder: string): Promise<Outcome[]> {
  const outcomes = await oracleShown(path.join(path.dirname(python), 'saved_model_cli'), [folder]);
  printGroup('saved_model_cli', outcomes);
  return outcomes;
}

async function checkVersion(version: string, { formats, only }: Selection): Promise<Outcome[]> {
  const kit = kitOf(version);
  const work = mkdtempSync(path.join(tmpdir(), 'km-oracle-'));
  const theirs = path.join(work, 'theirs');
  const ours = path.join(work, 'ours');
  mkdirSync(ours);
  const models = only === '' ? [] : ['--only', only];
  try {
    const native = await matrix(kit, ['--formats', formats.join(','), '--keep', theirs, ...models]);
    const cases = casesOf(theirs);
    const read: Outcome[] = [];
    const written: Outcome[] = [];
    for (const found of cases) {
      const id = `${found.name}.${found.format}`;
      read.push(await attempt(id, () => checkRead(found, cases)));
      if (!WRITTEN.includes(found.format)) continue;
      written.push(await attempt(id, () => writeBack(found, cases, ours)));
    }
    const failures = written.filter(({ status }) => status !== 'passed');
    const rows = await matrix(kit, ['--formats', formats.join(','), '--read', ours, ...models]);
    const judged = rows.map((row) => judgeRow(row, native));
    const checkpoints = await oracleCheckpoints(kit.python);
    const trained = await oracleTrain(kit.python);
    const revived = await oracleRevive(kit.python, only === '' ? '' : REVIVED.join(','));
    printGroup(`${version} → @km`, read);
    printGroup(`@km → ${version}`, [...failures, ...judged]);
    printGroup(`checkpoints, ${version}`, checkpoints);
    printGroup(`train.Checkpoint, ${version}`, trained);
    printGroup(`revived, ${version}`, revived);
    const shown = version.startsWith(SHOWN) ? await showAll(kit, theirs) : [];
    return [...read, ...failures, ...judged, ...checkpoints, ...trained, ...revived, ...shown];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      formats: { type: 'string', default: FORMATS.join(',') },
      only: { type: 'string', default: CHOICE.join(',') },
      all: { type: 'boolean', default: false },
    },
  });
  await ready();
  const selection = { formats: values.formats.split(','), only: values.all ? '' : values.only };
  const pending = [...(positionals.length > 0 ? positionals : VERSIONS)];
  const all: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let version = pending.shift(); version !== undefined; version = pending.shift()) {
      all.push(...(await checkVersion(version, selection)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const goldens = process.env.KM_GOLDENS;
  if (goldens !== undefined) all.push(...(await oracleContinuations(goldens)));
  const count = (status: string): number => all.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || all.length === 0) process.exitCode = 1;
}

await main();
