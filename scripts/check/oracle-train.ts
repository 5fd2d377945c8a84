/**
 * Exchanges `train.Checkpoint` and `train.CheckpointManager` with TensorFlow: `oracle-train.ts PYTHON...` (each a python
 * with TensorFlow); `oracleTrain` is the part for other commands. TensorFlow trains and saves; here the newest
 * checkpoint is restored, into optimizers of both families, trained on and saved; TensorFlow restores that.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  backend,
  callbacks,
  Input,
  Layer,
  layers,
  Model,
  optimizers,
  ready,
  train,
} from '@km/keras';
import { type Outcome, printGroup } from './golden-report.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_train.py');

const MAKERS: Readonly<
  Record<string, (space: typeof optimizers | typeof optimizers.legacy) => object>
> = {
  adam: (space) => new space.Adam({ learning_rate: 0.05 }),
  sgd: (space) => new space.SGD({ learning_rate: 0.05, momentum: 0.9, nesterov: true }),
  rmsprop: (space) => new space.RMSprop({ learning_rate: 0.01, momentum: 0.5, centered: true }),
};

/** Runs all checks against one python with TensorFlow. */
export async function oracleTrain(python: string): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'train-'));
  try {
    run(python, 'make', folder);
    const outcomes: Outcome[] = [];
    const theirs = path.join(folder, 'theirs');
    const names = readdirSync(theirs);
    // An older TensorFlow has one family, so what it cannot restore is not written.
    const families = new Set(names.map((name) => name.split('-')[1] ?? ''));
    for (const name of names) {
      for (const family of ['current', 'legacy']) {
        outcomes.push(await exchange(folder, name, family, families.has(family)));
      }
    }
    outcomes.push(await goOn(folder));
    return [...outcomes, ...run(python, 'accept', folder)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A line of the script. */
interface Noted {
  readonly check: string;
  readonly status: Outcome['status'];
  readonly reason: string;
}

function run(python: string, command: string, folder: string): Outcome[] {
  const env = {
    ...process.env,
    ...{ TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' },
  };
  const done = spawnSync(python, [script, command, folder], { env, encoding: 'utf8' });
  if (done.status !== 0)
    throw new Error(`${python} ${command} failed: ${done.stderr.slice(-2000)}`);
  const lines = done.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { check, status, reason }: Noted = JSON.parse(line);
    return { id: `${check}: restored by TensorFlow`, status, reason };
  });
}

function build(name: string, family: string): Model {
  const inputs = Input({ shape: [3] });
  const hidden = new layers.Dense({ units: 4, activation: 'tanh', name: 'hidden' }).apply(inputs);
  const normal = new layers.BatchNormalization({ name: 'norm' }).apply(hidden);
  const outputs = new layers.Dense({ units: 2, name: 'out' }).apply(normal);
  const model = new Model({ inputs, outputs });
  const optimizer = MAKERS[name]?.(family === 'legacy' ? optimizers.legacy : optimizers);
  model.compile({ optimizer: optimizer ?? null, loss: 'mse' });
  return model;
}

function objectsOf(model: Model) {
  return new train.Checkpoint({
    step: backend.variable(0, { dtype: 'int32', name: 'step' }),
    model,
    optimizer: model.optimizer,
    things: {
      list: [backend.variable([0, 0], { name: 'pair' }), new Layer()],
      z: backend.variable(0, { dtype: 'int64', name: 'long' }),
    },
  });
}

/** Restores a checkpoint of TensorFlow, compares, trains, and saves it for TensorFlow. */
async function exchange(
  folder: string,
  name: string,
  family: string,
  returns: boolean,
): Promise<Outcome> {
  const id = `${name} to ${family}: restored here`;
  try {
    const [kind = '', from = ''] = name.split('-');
    const directory = path.join(folder, 'theirs', name);
    const { x, y } = JSON.parse(readFileSync(path.join(folder, 'data.json'), 'utf8'));
    const expected = JSON.parse(readFileSync(path.join(directory, 'expected.json'), 'utf8'));
    const model = build(kind, family);
    const checkpoint = objectsOf(model);
    const outputs = async () => Array.from((await model.predict(x, { verbose: 0 })).dataSync());
    const step = async () => void (await model.train_on_batch(x, y));
    if (from === family) await step();
    const status = await checkpoint.restore(await train.latest_checkpoint(directory));
    status.assert_consumed();
    if (checkpoint.step.numpy() !== 8 || checkpoint.save_counter.numpy() !== 3)
      throw new Error('other counters');
    compare('outputs', await outputs(), expected.outputs);
    if (returns) await giveBack(path.join(folder, 'ours', `${kind}-${family}-${from}`), checkpoint);
    await step();
    compare('outputs after a step', await outputs(), expected.after);
    if (returns)
      await expectNext(
        path.join(folder, 'ours', `${kind}-${family}-${from}`),
        checkpoint,
        expected,
      );
    return { id, status: 'passed' };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    return { id, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Goes on with a training that TensorFlow has backed up, interrupts one for TensorFlow, and writes for TensorBoard. */
async function goOn(folder: string): Promise<Outcome> {
  const id = 'BackupAndRestore: taken up here';
  try {
    const { x, y } = JSON.parse(readFileSync(path.join(folder, 'data.json'), 'utf8'));
    const text = readFileSync(path.join(folder, 'backup.json'), 'utf8');
    const { outputs, family }: { outputs: number[]; family: string } = JSON.parse(text);
    const trained = (model: Model, ...list: callbacks.Callback[]) =>
      model.fit(x, y, { batch_size: 4, epochs: 4, shuffle: false, verbose: 0, callbacks: list });
    const backup = (name: string) =>
      new callbacks.BackupAndRestore({ backup_dir: path.join(folder, name) });
    const model = build('adam', family);
    const { epoch } = await trained(model, backup('backup'));
    if (epoch.join() !== '2,3') throw new Error(`epochs ${epoch.join()}`);
    compare('outputs', Array.from((await model.predict(x, { verbose: 0 })).dataSync()), outputs);
    const broken = build('adam', family);
    await broken.load_weights(path.join(folder, 'initial.h5'));
    const breaker = new callbacks.LambdaCallback({
      on_epoch_begin: (number: number) => {
        if (number === 2) throw new Error('interrupted');
      },
    });
    await trained(broken, backup('ours-backup'), breaker).catch(() => undefined);
    const log_dir = path.join(folder, 'logs');
    const board = new callbacks.TensorBoard({ log_dir, histogram_freq: 1 });
    const { history } = await trained(build('adam', family), board);
    writeFileSync(path.join(folder, 'board.json'), JSON.stringify(history));
    return { id, status: 'passed' };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    return { id, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Saves three times what was restored, of which two are kept. */
async function giveBack(directory: string, checkpoint: train.Checkpoint): Promise<void> {
  const manager = await train.CheckpointManager.open(checkpoint, directory, { max_to_keep: 2 });
  for (let k = 0; k < 3; k += 1) await manager.save();
}

async function expectNext(
  directory: string,
  { save_counter }: train.Checkpoint,
  expected: object,
): Promise<void> {
  const record = { ...expected, step: 8, save_counter: save_counter.numpy() };
  writeFileSync(path.join(directory, 'expected.json'), JSON.stringify(record));
}

function compare(what: string, got: readonly number[], wanted: readonly number[]): void {
  wanted.forEach((value, i) => {
    const distance = Math.abs((got[i] ?? Number.NaN) - value);
    if (!(distance <= 1e-5 + 1e-4 * Math.abs(value)))
      throw new Error(`${what}[${i}]: ${got[i]}, expected ${value}`);
  });
}

async function main(): Promise<void> {
  await ready();
  const outcomes: Outcome[] = [];
  for (const python of process.argv.slice(2)) {
    const found = await oracleTrain(python);
    printGroup(python, found);
    outcomes.push(...found);
  }
  const isWrong = outcomes.some(({ status }) => status === 'failed');
  if (isWrong || outcomes.length === 0) process.exitCode = 1;
}

if (path.basename(process.argv[1] ?? '') === 'oracle-train.ts') await main();
