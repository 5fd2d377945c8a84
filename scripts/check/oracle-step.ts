/**
 * Calls Keras SavedModels of TensorFlow in training and takes one step with SGD, here and in the model that TensorFlow revives:
 * `oracle-step.ts VERSION --kit FOLDER | --corpus FOLDER [--filter TEXT]`; `oracleStep` is the part for other commands. Outputs,
 * losses, changed weights and the weights after the step are the same; what is random in training takes its step in the mode of inference.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encodeTensor, messageOf, type Tensor } from '@km/core';
import { type CustomObjects, type Model, models, optimizers, ready } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { type ArrayReference, arrayOf, type CorpusCase, toTensor } from './corpus-case.ts';
import { lambdasOf } from './corpus-lambdas.ts';
import { Comparer, numbersOf, type Outcome, printGroup } from './golden-report.ts';
import { readOracleCase } from './oracle-case.ts';
import { customObjects } from './oracle-custom.ts';
import { pythonOf, runPython } from './oracle-kit.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_step.py');

const RATE = 0.01;
const BOUNDS = { rtol: 1e-4, atol: 1e-4 };
const HALF_BOUNDS = { rtol: 1e-2, atol: 2e-3 };

/** Where TensorFlow itself does not give back what was saved, by its version and the model. */
const LOST: readonly (readonly [id: RegExp, reason: string])[] = [
  [/^2\.4\..* transformer$/, 'TensorFlow 2.4 gives MultiHeadAttention fresh weights'],
];

/** A SavedModel with values for its inputs. */
export interface StepCase {
  readonly id: string;
  readonly model: string;
  readonly inputs: readonly { readonly name: string; readonly value: Tensor }[];
  readonly custom_objects: CustomObjects;
}

/** The SavedModels of a folder that the kit made. */
export function kitSteps(folder: string): StepCase[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  return names.sort().map((name) => {
    const found = readOracleCase(path.join(folder, name));
    const arrays = found.arrays('inputs');
    const inputs = found.expected.inputs.flatMap(({ name: input }, i) => {
      const value = arrays[i];
      return value === undefined ? [] : [{ name: input, value }];
    });
    const isLambda = found.name === 'lambda';
    const custom_objects = isLambda ? customObjects(found.name) : {};
    return { id: found.name, model: found.model, inputs, custom_objects };
  });
}

/** The Keras SavedModels of a corpus. */
export function corpusSteps(folder: string): StepCase[] {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8'));
  const entries: readonly { id: string; kind: string; predict: boolean }[] = index.entries;
  return entries
    .filter(({ kind, predict }) => kind === 'savedmodel' && predict)
    .map(({ id, kind }) => {
      const place = path.join(folder, 'entries', ...id.split('/'));
      const expected = JSON.parse(readFileSync(path.join(place, 'expected.json'), 'utf8'));
      const io = readFileSync(path.join(place, 'io.bin'));
      const entry: CorpusCase = { id, kind, folder: place, expected, io };
      const inputs = (entry.expected.predict?.inputs ?? []).map((reference) => ({
        name: reference.name,
        value: arrayOf(entry, reference),
      }));
      const model = path.join(place, expected.model);
      return { id, model, inputs, custom_objects: lambdasOf(id) };
    });
}

/** What TensorFlow found: arrays by what they are. */
interface Line {
  readonly id: string;
  readonly error?: string;
  readonly arrays?: Readonly<Record<string, readonly ArrayReference[]>>;
}

/** Lets one version call and train the models, and compares with what they do here. */
export async function oracleStep(version: string, cases: readonly StepCase[]): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'step-'));
  try {
    const input = JSON.stringify(cases.map(described));
    const run = await runPython(pythonOf(version), [script, folder], input);
    const lines: Line[] = run.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const outcomes: Outcome[] = [];
    for (const [number, found] of cases.entries()) {
      const line = lines[number];
      const reason = `Python ended with ${String(run.status)}: ${run.errors.slice(-300)}`;
      outcomes.push(
        line === undefined
          ? { id: found.id, status: 'failed', reason }
          : await judge(version, found, line, path.join(folder, `${number}.bin`)),
      );
    }
    return outcomes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function described({ id, model, inputs }: StepCase): unknown {
  const values = inputs.map(({ name, value }) => {
    const { dtype, shape } = value;
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const data = value.dtype === 'string' ? value.data.map(base64) : base64(encodeTensor(value));
    return { name, dtype, shape, data };
  });
  return { id, model, inputs: values };
}

async function judge(
  version: string,
  found: StepCase,
  { error, arrays = {} }: Line,
  file: string,
): Promise<Outcome> {
  const { id } = found;
  const lost = LOST.find(([name]) => name.test(`${version} ${id}`));
  if (lost !== undefined) return { id, status: 'skipped', reason: lost[1] };
  if (error !== undefined) return { id, status: 'skipped', reason: `in TensorFlow: ${error}` };
  try {
    const entry = { io: readFileSync(file) } as Partial<CorpusCase> as CorpusCase;
    const wanted = new Map(
      Object.entries(arrays).map(([what, list]) => [
        what,
        list.map((each) => arrayOf(entry, each)),
      ]),
    );
    const difference = await compare(found, wanted);
    return { id, status: 'passed', difference };
  } catch (failure) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, failure);
    return { id, status: 'failed', reason: messageOf(failure) };
  }
}

/** Does here what the script does, and compares. */
async function compare(
  { id, model: place, inputs, custom_objects }: StepCase,
  wanted: ReadonlyMap<string, readonly Tensor[]>,
): Promise<number> {
  const model = await models.load_model(place, { compile: false, custom_objects });
  const comparer = new Comparer();
  const bounds = id.includes('float16') ? HALF_BOUNDS : BOUNDS;
  const check = (what: string, actual: readonly ArrayLike<number>[]): void => {
    const expected = wanted.get(what) ?? [];
    comparer.equal(`number of ${what}`, actual.length, expected.length);
    for (const [k, each] of expected.entries())
      comparer.numbers(`${what}[${k}]`, actual[k] ?? [], each, bounds);
  };
  const x = inputsOf(model, inputs);
  const start = model.get_weights();
  const reset = (): void => {
    model.set_weights(start);
    resetStates(model);
  };
  resetStates(model);
  const outputs = model.apply<tf.Tensor>(x, { training: false });
  reset();
  if (wanted.has('training')) {
    check('training', flatten(model.apply<tf.Tensor>(x, { training: true })).map(dataOf));
    check('losses', [[model.losses.reduce((sum, loss) => sum + Number(loss.dataSync()[0]), 0)]]);
    check('called', valuesOf(model));
    reset();
  }
  const mode = wanted.has('after in inference') ? ' in inference' : '';
  if (wanted.has(`after${mode}`)) {
    model.compile({ optimizer: new optimizers.SGD({ learning_rate: RATE }), loss: 'mse' });
    if (mode !== '') stayInInference(model);
    const targets = packed(outputs, (value) => tf.add(tf.mul(value, 0.5), 0.1));
    const loss = await model.train_on_batch(x, targets as tf.Tensor);
    check(`loss${mode}`, [[Number(Array.isArray(loss) ? loss[0] : loss)]]);
    check(`after${mode}`, valuesOf(model));
  }
  model.dispose();
  return comparer.difference;
}

/** Lets a model train without what it does in training only, such as dropout. */
function stayInInference(model: Model): void {
  const apply = model.apply.bind(model) as Model['apply'];
  model.apply = ((inputs: never, args: object) =>
    apply(inputs, { ...args, training: false })) as Model['apply'];
}

function inputsOf(model: Model, inputs: StepCase['inputs']): tf.Tensor {
  const byName = new Map(inputs.map(({ name, value }) => [name, value]));
  const names = model.input_names ?? [];
  const isNamed = names.length > 0 && names.every((name) => byName.has(name));
  const ordered = isNamed ? names.flatMap((name) => byName.get(name) ?? []) : [...byName.values()];
  const tensors = ordered.map(toTensor);
  return (tensors.length === 1 ? tensors[0] : tensors) as tf.Tensor;
}

function resetStates(model: Model): void {
  if ('reset_states' in model && typeof model.reset_states === 'function') model.reset_states();
}

function valuesOf(model: Model): ArrayLike<number>[] {
  return model.weights.map((variable) => numbersOf(variable.record()));
}

function dataOf(tensor: tf.Tensor): ArrayLike<number> {
  return tensor.dataSync();
}

/** Changes the tensors of a structure. */
function packed(outputs: unknown, change: (value: tf.Tensor) => tf.Tensor): unknown {
  if (outputs instanceof tf.Tensor) return change(outputs);
  if (Array.isArray(outputs)) return outputs.map((each) => packed(each, change));
  const entries = Object.entries(outputs as object);
  return Object.fromEntries(entries.map(([name, value]) => [name, packed(value, change)]));
}

/** The tensors of a structure, those of dictionaries by sorted names, as TensorFlow takes them. */
function flatten(outputs: unknown): tf.Tensor[] {
  if (outputs instanceof tf.Tensor) return [outputs];
  if (Array.isArray(outputs)) return outputs.flatMap(flatten);
  const entries = Object.entries(outputs as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.flatMap(([, value]) => flatten(value));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kit: { type: 'string' },
      corpus: { type: 'string' },
      filter: { type: 'string', default: '' },
    },
  });
  const { kit, corpus, filter } = values;
  if (positionals.length === 0 || (kit === undefined && corpus === undefined)) {
    throw new Error('usage: oracle-step.ts VERSION --kit FOLDER | --corpus FOLDER');
  }
  await ready();
  const cases = [
    ...(kit === undefined ? [] : kitSteps(kit)),
    ...(corpus === undefined ? [] : corpusSteps(corpus)),
  ].filter(({ id }) => id.includes(filter));
  const what = corpus === undefined ? 'one step' : 'one step, corpus';
  for (const version of positionals) {
    const outcomes = await oracleStep(version, cases);
    printGroup(`${what}, ${version}`, outcomes);
    if (outcomes.some(({ status }) => status === 'failed')) process.exitCode = 1;
  }
}

if (process.argv[1]?.endsWith('oracle-step.ts')) await main();
