/**
 * Exchanges models with installed TensorFlow versions, both ways:
 * `oracle.ts [VERSION …] [--formats F,…] [--only NAME,…] [--all] [--across VERSION,…] [--keep FOLDER]`. Without `--all` a choice of
 * models is taken; with `--across` other versions read the SavedModels, too, and `--keep` leaves the files.
 * Each version writes its models, which are read here and compared; what was read is written again here, and that version
 * reads it. Where KM_GOLDENS names recorded results, TensorFlow goes on with trainings begun here and runs functions traced from recorded layers. KM_ORACLE says where the kit (`km_oracle.py`) lies, KM_ORACLE_HOME where its environments are.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ready } from '@km/keras';
import { type Outcome, printGroup } from './golden-report.ts';
import { type OracleCase, readOracleCase } from './oracle-case.ts';
import { oracleCheckpoints } from './oracle-checkpoints.ts';
import { oracleContinuations } from './oracle-continuation.ts';
import { oracleFingerprints } from './oracle-fingerprint.ts';
import { type Kit, kitOf, matrix } from './oracle-kit.ts';
import { oracleRagged, RAGGED_VERSIONS } from './oracle-ragged.ts';
import { checkRead } from './oracle-read.ts';
import { judgeAcross } from './oracle-resaved.ts';
import { oracleRevive, REVIVED } from './oracle-revive.ts';
import { judgeRow, type MatrixRow } from './oracle-rows.ts';
import { oracleShown } from './oracle-saved-model-cli.ts';
import { oracleServing, SERVED } from './oracle-serving.ts';
import { kitSteps, oracleStep } from './oracle-step.ts';
import { oracleSymbols } from './oracle-symbols.ts';
import { oracleTrace, TRACED_VERSIONS } from './oracle-trace.ts';
import { oracleTrain } from './oracle-train.ts';
import { oracleTypescript, TYPESCRIPT } from './oracle-typescript.ts';
import { writeBack } from './oracle-write.ts';
import { parityApart } from './parity.ts';

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
  'string_lookup',
  'text_vectorization',
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
  /** Versions that read the SavedModels of the others. */
  readonly across: readonly string[];
  /** Folder in which the files stay; a temporary one when empty. */
  readonly keep: string;
}

/** Compares `km inspect --all` with what TensorFlow prints of its models. */
async function showAll({ python }: Kit, folder: string): Promise<Outcome[]> {
  const outcomes = await oracleShown(path.join(path.dirname(python), 'saved_model_cli'), [folder]);
  printGroup('saved_model_cli', outcomes);
  return outcomes;
}

/** Folders of the files of one version, and the rows of what it made. */
interface Exchange {
  readonly theirs: string;
  readonly ours: string;
  /** Models that came back without their classes. */
  readonly revived: string;
  readonly native: readonly MatrixRow[];
}

/** The model with code of Python, which ends the process where another Python runs it. */
const WITH_BYTECODE = 'lambda';

/** Lets another version read the SavedModels of a folder. */
async function readBy(kit: Kit, { ours, native }: Exchange, only: string): Promise<Outcome[]> {
  const names = readdirSync(ours).flatMap((name) => /^(.*)\.tf$/.exec(name)?.[1] ?? []);
  const asked = names.filter((name) => only === '' || only.split(',').includes(name));
  const read = async (some: readonly string[]): Promise<Outcome[]> => {
    if (some.length === 0) return [];
    const rows = await matrix(kit, ['--formats', 'tf', '--read', ours, '--only', some.join(',')]);
    return rows.map((row) => judgeRow(row, native, kit.version));
  };
  const outcomes = await read(asked.filter((name) => name !== WITH_BYTECODE));
  if (!asked.includes(WITH_BYTECODE)) return outcomes;
  const crashed: Outcome = {
    id: `${WITH_BYTECODE}.tf`,
    status: 'skipped',
    reason: 'the function is code of another Python, which ends the process',
  };
  return [...outcomes, ...(await read([WITH_BYTECODE]).catch(() => [crashed]))];
}

/** Lets versions read the SavedModels that were made for another one; gives what became of each. */
async function readAcross(
  from: string,
  exchange: Exchange,
  { only, across }: Selection,
): Promise<Outcome[]> {
  const { theirs, ours, revived } = exchange;
  const all: Outcome[] = [];
  for (const version of across) {
    if (version === from) continue;
    const kit = kitOf(version);
    const outcomes = await readBy(kit, exchange, only);
    const served = await oracleServing(kit, { ours, theirs, only, across: true });
    const again = judgeAcross(kit.python, revived, '');
    printGroup(`@km, from ${from} → ${version}`, outcomes);
    printGroup(`served, from ${from} → ${version}`, served);
    printGroup(`revived, from ${from} → ${version}`, again);
    all.push(...outcomes, ...served, ...again);
  }
  return all;
}

/**
 * Runs SavedModels by programs without Keras, lets TensorFlow train models of classes written here and run functions, and
 * compares steps of the models that TensorFlow revives.
 */
async function runPrograms(kit: Kit, work: string, all: boolean): Promise<Outcome[]> {
  const { version } = kit;
  const [ours, theirs] = [path.join(work, 'ours'), path.join(work, 'theirs')];
  const only = all ? '' : SERVED.join(',');
  const served = await oracleServing(kit, { ours, theirs, only });
  printGroup(`served, ${version}`, served);
  const own = await oracleTypescript(version, all ? '' : TYPESCRIPT.join(','));
  printGroup(`written in TypeScript, ${version}`, own);
  const steps = kitSteps(theirs).filter(({ id }) => all || SERVED.includes(id));
  const stepped = await oracleStep(version, steps);
  printGroup(`one step, ${version}`, stepped);
  const symbols = await oracleSymbols(version);
  printGroup(`symbols, ${version}`, symbols);
  return [...served, ...own, ...stepped, ...symbols];
}

async function checkVersion(version: string, selection: Selection): Promise<Outcome[]> {
  const { formats, only, keep } = selection;
  const kit = kitOf(version);
  const work =
    keep === '' ? mkdtempSync(path.join(tmpdir(), 'km-oracle-')) : path.join(keep, version);
  const theirs = path.join(work, 'theirs');
  const ours = path.join(work, 'ours');
  mkdirSync(ours, { recursive: true });
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
    const judged = rows.map((row) => judgeRow(row, native, version));
    const programs = formats.includes('tf') ? await runPrograms(kit, work, only === '') : [];
    const fingerprints = formats.includes('tf') ? await oracleFingerprints(version, ours) : [];
    const checkpoints = await oracleCheckpoints(kit.python);
    const trained = await oracleTrain(kit.python);
    const classless = path.join(work, 'revived');
    const revived = await oracleRevive(kit.python, only === '' ? '' : REVIVED.join(','), classless);
    printGroup(`${version} → @km`, read);
    printGroup(`@km → ${version}`, [...failures, ...judged]);
    printGroup(`fingerprints, ${version}`, fingerprints);
    printGroup(`checkpoints, ${version}`, checkpoints);
    printGroup(`train.Checkpoint, ${version}`, trained);
    printGroup(`revived, ${version}`, revived);
    const alike = await parityApart(kit.python);
    printGroup(`step by step, ${version}`, alike);
    const ragged = RAGGED_VERSIONS.includes(version) ? await oracleRagged(kit.python) : [];
    if (ragged.length > 0) printGroup(`ragged, ${version}`, ragged);
    const shown = version.startsWith(SHOWN) ? await showAll(kit, theirs) : [];
    const exchanged = [...read, ...failures, ...judged, ...programs, ...fingerprints];
    const exchange = { theirs, ours, revived: classless, native };
    const across = await readAcross(version, exchange, selection);
    return [
      ...exchanged,
      ...checkpoints,
      ...trained,
      ...revived,
      ...alike,
      ...ragged,
      ...shown,
      ...across,
    ];
  } finally {
    if (keep === '') rmSync(work, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      formats: { type: 'string', default: FORMATS.join(',') },
      only: { type: 'string', default: CHOICE.join(',') },
      all: { type: 'boolean', default: false },
      across: { type: 'string', default: '' },
      keep: { type: 'string', default: '' },
    },
  });
  await ready();
  const selection = {
    formats: values.formats.split(','),
    only: values.all ? '' : values.only,
    across: values.across.split(',').filter((version) => version !== ''),
    keep: values.keep,
  };
  const versions = positionals.length > 0 ? positionals : VERSIONS;
  const pending = [...versions];
  const all: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let version = pending.shift(); version !== undefined; version = pending.shift()) {
      all.push(...(await checkVersion(version, selection)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const goldens = process.env.KM_GOLDENS;
  if (goldens !== undefined) {
    all.push(...(await oracleContinuations(goldens)));
    for (const version of TRACED_VERSIONS.filter((each) => versions.includes(each)))
      all.push(...(await oracleTrace(version, goldens, values.all)));
  }
  const count = (status: string): number => all.filter((o) => o.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  if (count('failed') > 0 || all.length === 0) process.exitCode = 1;
}

await main();
