/**
 * Compares models with ragged tensors with TensorFlow: `oracle-ragged.ts PYTHON`. TensorFlow builds them and writes down
 * what they compute, their gradients and trainings; the same is done here from their configs. Models are read from the
 * files of TensorFlow, written here, and read by TensorFlow again.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { models, optimizers, RaggedTensor, ready } from '@km/keras';
import { gradients, type KerasTensor } from '@km/layers';
import * as tf from '@tensorflow/tfjs-core';
import { type Outcome, printGroup } from './golden-report.ts';
import { runPython } from './oracle-kit.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_ragged.py');
/** The versions that are asked in a run over several: the others do the same, and their files are no others. */
export const RAGGED_VERSIONS: readonly string[] = ['2.15.1'];
const TOLERANCE = 2e-5;
const TRAINING_TOLERANCE = 1e-4;

/** What a release computes otherwise than 2.15, by names of cases. */
const OLD: readonly (readonly [version: RegExp, name: RegExp, reason: string])[] = [
  [
    /^2\.4\./,
    /^(LSTM|GRU|SimpleRNN) go_backwards return_sequences|^Bidirectional (sequences|sum|apart)/,
    'TensorFlow 2.4 cuts the rows of backward layers at their other end',
  ],
];

/** A tensor, or a ragged one, as the script writes it. */
interface Shown {
  readonly splits?: readonly (readonly number[])[];
  readonly values?: Shown;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly data?: readonly (number | string | null)[];
}

interface RaggedCase {
  readonly name: string;
  readonly error?: string;
  readonly config: object;
  readonly inputs: readonly Shown[];
  readonly weights: readonly Shown[];
  readonly outputs: readonly Shown[];
  readonly specs: readonly {
    readonly shape: readonly (number | null)[];
    readonly ragged: boolean;
  }[];
  readonly gradients: readonly Shown[];
  readonly files: readonly string[];
}

interface RaggedTraining {
  readonly name: string;
  readonly error?: string;
  readonly loss: string;
  readonly metrics: readonly string[];
  readonly config: object;
  readonly x: Shown;
  readonly y: Shown;
  readonly before: readonly Shown[];
  readonly after: readonly Shown[];
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly evaluate: readonly number[];
  readonly predict: Shown;
}

type Value = tf.Tensor | RaggedTensor;

function tensorOf(shown: Shown): Value {
  const { splits, values, shape = [], dtype = 'float32', data = [] } = shown;
  if (splits !== undefined && values !== undefined) {
    return RaggedTensor.from_nested_row_splits(tensorOf(values) as tf.Tensor, splits);
  }
  const kept = dtype === 'int64' ? 'int32' : dtype === 'float64' ? 'float32' : dtype;
  const numbers = data.map((each) => each ?? Number.NaN);
  return tf.tensor(numbers as number[], [...shape], kept as tf.DataType);
}

const leavesOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value.flatMap(leavesOf) : [value];

/** The greatest relative difference. @throws Error where shapes, rows or texts differ. */
function difference(found: unknown, expected: Shown): number {
  if (expected.splits !== undefined) {
    if (!(found instanceof RaggedTensor)) throw new Error('is not ragged');
    const rows = JSON.stringify(found.nested_row_splits.map((splits) => [...splits]));
    const wanted = JSON.stringify(expected.splits);
    if (rows !== wanted) throw new Error(`rows are ${rows} instead of ${wanted}`);
    return difference(found.flat_values, expected.values ?? {});
  }
  if (!(found instanceof tf.Tensor)) throw new Error('is ragged, or no tensor');
  if (String(found.shape) !== String(expected.shape)) {
    throw new Error(`the shape is [${found.shape}] instead of [${expected.shape}]`);
  }
  return farthest([...found.dataSync<'float32'>()], expected.data ?? []);
}

function farthest(found: readonly unknown[], expected: readonly unknown[]): number {
  if (found.length !== expected.length) {
    throw new Error(`${found.length} values instead of ${expected.length}`);
  }
  return expected.reduce<number>((worst, wanted, i) => {
    const value = found[i];
    if (typeof wanted === 'string' && wanted !== value)
      throw new Error(`${value} instead of ${wanted}`);
    if (wanted === null && Number.isFinite(value)) throw new Error(`${value} instead of no number`);
    if (typeof wanted !== 'number' || typeof value !== 'number') return worst;
    return Math.max(worst, Math.abs(value - wanted) / Math.max(1, Math.abs(wanted)));
  }, 0);
}

function within(worst: number, tolerance: number): number {
  if (worst <= tolerance) return worst;
  throw new Error(`differs by ${worst.toExponential(2)}`);
}

/** Sizes that are known here and not in TensorFlow, or the other way round, are no difference. */
function checkSpecs(outputs: readonly KerasTensor[], specs: RaggedCase['specs']): void {
  outputs.forEach(({ shape, ragged }, i) => {
    const wanted = specs[i] ?? { shape: [], ragged: false };
    const same =
      shape.length === wanted.shape.length &&
      shape.every(
        (size, axis) => (size ?? wanted.shape[axis] ?? size) === (wanted.shape[axis] ?? size),
      );
    if (same && ragged === wanted.ragged) return;
    throw new Error(`output ${i} is to be [${shape}] instead of [${wanted.shape}]`);
  });
}

/** The scalar of which the script takes gradients. */
function lossOf(outputs: unknown): tf.Tensor {
  const floats = leavesOf(outputs)
    .map((leaf) => (leaf instanceof RaggedTensor ? leaf.flat_values : (leaf as tf.Tensor)))
    .filter(({ dtype }) => dtype === 'float32');
  const weighted = floats.map((values) =>
    tf.sum(tf.mul(values, tf.reshape(tf.cos(tf.range(0, values.size, 1)), values.shape))),
  );
  return tf.addN(weighted);
}

async function modelOf(config: object, weights: readonly Shown[]): Promise<models.Model> {
  const model = await models.model_from_json(JSON.stringify(config));
  model.set_weights(weights.map((weight) => tensorOf(weight) as tf.Tensor));
  return model;
}

function inputsOf({ inputs }: RaggedCase): tf.Tensor {
  const values = inputs.map(tensorOf);
  return (values.length > 1 ? values : values[0]) as unknown as tf.Tensor;
}

function compareModel(model: models.Model, expected: RaggedCase): number {
  checkSpecs(leavesOf(model.output) as KerasTensor[], expected.specs);
  const x = inputsOf(expected);
  const outputs = leavesOf(model.apply(x));
  if (outputs.length !== expected.outputs.length) throw new Error(`${outputs.length} outputs`);
  const differences = outputs.map((output, i) => difference(output, expected.outputs[i] ?? {}));
  if (expected.gradients.length > 0) {
    const made = gradients(() => lossOf(model.apply(x)), model.trainable_weights);
    made.gradients.forEach((gradient, i) => {
      differences.push(difference(gradient, expected.gradients[i] ?? {}));
    });
  }
  return within(Math.max(...differences), TOLERANCE);
}

async function compareTraining(expected: RaggedTraining): Promise<number> {
  const model = await modelOf(expected.config, expected.before);
  const { loss, metrics } = expected;
  model.compile({ optimizer: new optimizers.SGD({ learning_rate: 0.1 }), loss, metrics });
  const [x, y] = [tensorOf(expected.x), tensorOf(expected.y)];
  const { history } = await model.fit(x, y, {
    batch_size: 2,
    epochs: 3,
    shuffle: false,
    verbose: 0,
  });
  const logs = Object.entries(expected.history).map(([name, values]) =>
    farthest(history[name] as number[], values),
  );
  const weights = model.weights.map((weight, i) =>
    difference(weight.read(), expected.after[i] ?? {}),
  );
  const results = await model.evaluate(x, y, { batch_size: 2, verbose: 0 });
  const before = tf.memory().numTensors;
  const predicted = await model.predict(x, { batch_size: 2, verbose: 0 });
  const last = difference(predicted, expected.predict);
  predicted.dispose();
  if (tf.memory().numTensors !== before) throw new Error('tensors are left over');
  const evaluated = farthest([results].flat(), expected.evaluate);
  return within(Math.max(...logs, ...weights, evaluated, last), TRAINING_TOLERANCE);
}

async function attempt(id: string, run: () => Promise<number>): Promise<Outcome> {
  try {
    return { id, status: 'passed', difference: await run() };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    return { id, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function printed(python: string, args: readonly string[]): Promise<string> {
  const { output, errors, status } = await runPython(python, [script, ...args]);
  if (status === 0) return output;
  throw new Error(`Python ended with ${String(status)}: ${errors.slice(-2000)}`);
}

/** Reads the files of TensorFlow, compares the models, and writes them again; gives what was written. */
async function throughFiles(
  cases: readonly RaggedCase[],
  folder: string,
): Promise<{ readonly outcomes: Outcome[]; readonly written: [name: string, file: string][] }> {
  const outcomes: Outcome[] = [];
  const written: [name: string, file: string][] = [];
  for (const [place, expected] of cases.entries()) {
    for (const ending of expected.files ?? []) {
      const id = `${expected.name}.${ending}`;
      const outcome = await attempt(id, async () => {
        const model = await models.load_model(path.join(folder, `${place}.${ending}`));
        const worst = compareModel(model, expected);
        // Functions of ragged tensors are not written.
        if (ending === 'tf') return worst;
        const file = path.join(folder, `${place}-again.${ending}`);
        await models.save_model(model, file, { save_format: ending === 'keras' ? 'keras' : 'h5' });
        written.push([expected.name, file]);
        return worst;
      });
      outcomes.push(outcome);
    }
  }
  return { outcomes, written };
}

interface Reply {
  readonly id: string;
  readonly name: string;
  readonly difference?: number;
  readonly error?: string;
}

function judged({ id, name, difference: worst = 0, error }: Reply): Outcome {
  const where = `${name}${path.extname(id)} → TensorFlow`;
  if (error === undefined && worst <= TOLERANCE) {
    return { id: where, status: 'passed', difference: worst };
  }
  return { id: where, status: 'failed', reason: error ?? `differs by ${worst}` };
}

/** A failure that is one of an old release is none of ours. */
function excused(outcome: Outcome, version: string): Outcome {
  if (outcome.status !== 'failed') return outcome;
  const found = OLD.find(([of, name]) => of.test(version) && name.test(outcome.id));
  return found === undefined ? outcome : { id: outcome.id, status: 'skipped', reason: found[2] };
}

/** Compares models with ragged tensors with one python with TensorFlow. */
export async function oracleRagged(python: string): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ragged-'));
  try {
    const out = path.join(folder, 'cases.json');
    await printed(python, ['make', out, folder]);
    const made = JSON.parse(readFileSync(out, 'utf8')) as {
      readonly version: string;
      readonly cases: readonly RaggedCase[];
      readonly trainings: readonly RaggedTraining[];
    };
    const outcomes: Outcome[] = [];
    for (const each of made.cases) {
      if (each.error !== undefined)
        outcomes.push({ id: each.name, status: 'skipped', reason: each.error });
      else if (!each.name.startsWith('custom'))
        outcomes.push(
          await attempt(each.name, async () =>
            compareModel(await modelOf(each.config, each.weights), each),
          ),
        );
    }
    for (const each of made.trainings) {
      const id = `training ${each.name}`;
      if (each.error !== undefined) outcomes.push({ id, status: 'skipped', reason: each.error });
      else outcomes.push(await attempt(id, () => compareTraining(each)));
    }
    const files = await throughFiles(made.cases, folder);
    writeFileSync(path.join(folder, 'index.json'), JSON.stringify(files.written));
    const replies = (await printed(python, ['read', out, folder])).split('\n');
    const again = replies
      .filter((line) => line.startsWith('{'))
      .map((line) => judged(JSON.parse(line)));
    return [...outcomes, ...files.outcomes, ...again].map((each) => excused(each, made.version));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  await ready();
  const [python = 'python3'] = process.argv.slice(2);
  printGroup('ragged', await oracleRagged(python));
}

if (path.basename(process.argv[1] ?? '') === 'oracle-ragged.ts') await main();
