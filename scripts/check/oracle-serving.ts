/**
 * Lets programs without Keras run SavedModels that were written here: signatures of `tf.saved_model.load`, the loader of
 * TensorFlow 1, `saved_model_cli run`, Keras 3's TFSMLayer, and `tf.train.Checkpoint` on `variables/variables`:
 * `oracle-serving.ts VERSION OURS THEIRS [--only NAME,…]`, folders as `oracle.ts --keep` leaves them; `oracleServing` is the part for other commands.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Outcome, printGroup } from './golden-report.ts';
import { type Kit, kitOf, runPython } from './oracle-kit.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_serving.py');

/** The models of a short run. */
export const SERVED: readonly string[] = [
  'bidirectional',
  'cnn_bn',
  'custom_signatures',
  'embedding_mask',
  'functional_multi_io',
  'mlp',
  'normalization',
  'opt_adam_legacy',
  'subclassed',
  'transformer',
];

/** What each file of the version that reads it has to do, and what any file has to do. */
const SAME_VERSION = 'interface,signatures,session,cli,checkpoint';
const ANY_VERSION = 'signatures,session,cli';
/** Releases whose Keras is Keras 3. */
const KERAS_3 = /^2\.(1[6-9]|[2-9]\d)\./;
/** What Keras 3 has to do; it needs a process of its own, without tf_keras. */
const IN_KERAS_3 = 'signatures,TFSMLayer';

const TOLERANCE = 1e-5;
const HALF_TOLERANCE = 1e-3;

/** What cannot be the same, by the version and the check. */
const EXCEPTIONS: readonly (readonly [id: RegExp, reason: string])[] = [
  [
    / custom_signatures: interface$/,
    'a signature written by hand gives int32 where TensorFlow gives int64, which tfjs does not have',
  ],
  [
    /^2\.10\..* opt_\w+_new: checkpoint$/,
    'the experimental optimizers of TensorFlow 2.10 do not count the iteration among their variables, so that all others have other numbers than in later releases',
  ],
];

/** One line of the script. */
interface Line {
  readonly id: string;
  readonly difference?: number;
  readonly error?: string;
}

/** Folders of the same models, written here and by TensorFlow. */
export interface ServedFolders {
  readonly ours: string;
  readonly theirs: string;
  /** Names of models, separated by commas; all when empty. */
  readonly only: string;
  /** True when another version made the models. */
  readonly across?: boolean;
}

/** A model with the folders of both files. */
interface ServedModel {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Runs the SavedModels of a folder that are asked for in one version. */
export async function oracleServing(kit: Kit, folders: ServedFolders): Promise<Outcome[]> {
  const { ours, theirs, only, across = false } = folders;
  const names = only.split(',');
  const models: readonly ServedModel[] = readdirSync(ours)
    .filter((name) => name.endsWith('.tf') && existsSync(path.join(theirs, name)))
    .map((name) => ({ name: name.slice(0, -'.tf'.length), folder: name }))
    .filter(({ name }) => only === '' || names.includes(name))
    .map(({ name, folder }) => ({
      name,
      ours: path.join(ours, folder),
      theirs: path.join(theirs, folder),
    }));
  if (models.length === 0) return [];
  const input = JSON.stringify(models);
  const outcomes = [
    ...(across ? [] : models.map(compareSizes)),
    ...(await run(kit, across ? ANY_VERSION : SAME_VERSION, input)),
  ];
  if (!KERAS_3.test(kit.version)) return outcomes;
  const inKeras3 = await run(kit, IN_KERAS_3, input);
  return [...outcomes, ...inKeras3.map((each) => ({ ...each, id: `${each.id} (Keras 3)` }))];
}

/** A directory written here is no larger than that of TensorFlow. */
function compareSizes({ name, ours, theirs }: ServedModel): Outcome {
  const [own, other] = [ours, theirs].map((folder) => sizeOf(path.join(folder, 'saved_model')));
  const id = `${name}: size`;
  if (own !== undefined && other !== undefined && own <= other) return { id, status: 'passed' };
  return { id, status: 'failed', reason: `${String(own)} bytes, and ${String(other)} there` };
}

function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0);
}

async function run({ python, version }: Kit, ways: string, input: string): Promise<Outcome[]> {
  const { output, errors, status } = await runPython(python, [script, ways], input);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const outcomes = lines.map((line) => judge(JSON.parse(line), version));
  if (status === 0 && outcomes.length > 0) return outcomes;
  const reason = `Python ended with ${String(status)}: ${errors.slice(-500)}`;
  return [...outcomes, { id: 'all models', status: 'failed', reason }];
}

function judge({ id, difference, error }: Line, version: string): Outcome {
  const tolerance = id.includes('float16') ? HALF_TOLERANCE : TOLERANCE;
  if (difference !== undefined && difference <= tolerance) {
    return { id, status: 'passed', difference };
  }
  const reason = error ?? `the outputs differ by ${String(difference)}`;
  const known = EXCEPTIONS.find(([name]) => name.test(`${version} ${id}`));
  if (known !== undefined) return { id, status: 'skipped', reason: known[1] };
  return { id, status: 'failed', reason };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      across: { type: 'boolean', default: false },
    },
  });
  const [version, ours, theirs] = positionals;
  if (version === undefined || ours === undefined || theirs === undefined) {
    throw new Error('usage: oracle-serving.ts VERSION OURS THEIRS');
  }
  const outcomes = await oracleServing(kitOf(version), { ours, theirs, ...values });
  printGroup(`served, ${version}`, outcomes);
  process.exitCode = outcomes.some(({ status }) => status === 'failed') ? 1 : 0;
}

if (process.argv[1]?.endsWith('oracle-serving.ts')) await main();
