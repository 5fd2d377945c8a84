import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { encodeTensor } from '@km/core';
import { getClassName, models, optimizers, type Variable } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import {
  type ArrayReference,
  arrayOf,
  type CorpusCase,
  type ExpectedSums,
  type ExpectedVariable,
  toTensor,
} from './corpus-case.ts';
import { TRAINING_EXCEPTIONS, type TrainingException } from './corpus-exceptions.ts';
import { lambdasOf } from './corpus-lambdas.ts';
import { Comparer, numbersOf } from './golden-report.ts';

const FORWARD = { rtol: 1e-4, atol: 1e-5 };
const TRAINING = { rtol: 1e-3, atol: 1e-4 };

/** Loads one entry and compares all that is recorded; returns the largest difference, or why it is not for this check. */
export async function checkModel(entry: CorpusCase): Promise<number | string> {
  const { kind, expected } = entry;
  if (kind === 'savedmodel' && expected.keras === undefined) return 'no Keras model';
  if (kind === 'h5-weights' && expected.config_file === undefined)
    return 'no architecture beside the weights';
  const comparer = new Comparer();
  const model = await load(entry);
  try {
    compareArchitecture(model, entry, comparer);
    if (kind !== 'config-json' && expected.keras !== undefined) {
      compareVariables('weights', model.weights, expected.keras.weights);
    }
    compareOptimizer(model, entry);
    await comparePredictions(model, entry, comparer);
    await compareTraining(model, entry, comparer);
  } finally {
    model.dispose();
  }
  return comparer.difference;
}

async function load(entry: CorpusCase): Promise<models.Model> {
  const { kind, folder, expected, id } = entry;
  const file = path.join(folder, expected.model);
  const custom_objects = lambdasOf(id);
  if (kind === 'config-json') {
    return models.model_from_json(readFileSync(file, 'utf8'), custom_objects);
  }
  if (kind === 'h5-weights') {
    const config = path.join(folder, expected.config_file ?? '');
    const model = models.model_from_json(readFileSync(config, 'utf8'), custom_objects);
    await model.load_weights(file);
    return model;
  }
  const compile = expected.loads[expected.keras?.oracle ?? '']?.compile ?? true;
  return models.load_model(file, { custom_objects, compile });
}

function compareArchitecture(
  model: models.Model,
  { expected }: CorpusCase,
  comparer: Comparer,
): void {
  const wanted = expected.keras;
  if (wanted === undefined) return;
  const describe = (layers: readonly { name: string; class: string }[]): unknown =>
    layers.map(({ name, class: type }) => [type.replace('MeantLambda', 'Lambda'), name]);
  const layers = model.layers.map((layer) => ({ name: layer.name, class: getClassName(layer) }));
  comparer.equal('layers', describe(layers), describe(wanted.layers));
  const shapes = (variables: readonly { shape: readonly number[] }[]): unknown =>
    variables.map(({ shape }) => shape);
  comparer.equal('weight shapes', shapes(model.weights), shapes(wanted.weights));
}

function digest(variable: Variable): string {
  const record = variable.record();
  if (record.dtype === 'string') return '';
  return createHash('sha256').update(encodeTensor(record)).digest('hex');
}

function compareVariables(
  what: string,
  variables: readonly Variable[],
  expected: readonly ExpectedVariable[],
): void {
  if (variables.length !== expected.length) {
    throw new Error(`${what}: ${variables.length} variables, expected ${expected.length}`);
  }
  for (const [k, { name, sha256 }] of expected.entries()) {
    const variable = variables[k];
    if (variable !== undefined && digest(variable) !== sha256) {
      throw new Error(`${what}: ${variable.name} differs from ${name}`);
    }
  }
}

/** The digest of the 64-bit integer 0, an iteration that TensorFlow started anew. */
const FRESH = 'af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc';

/** False where TensorFlow starts the optimizer anew although the file holds its state: SavedModels, Keras before 2.2. */
function restoresOptimizer({ expected, kind }: CorpusCase): boolean {
  return kind !== 'savedmodel' && expected.keras?.optimizer?.variables[0]?.sha256 !== FRESH;
}

function compareOptimizer(model: models.Model, entry: CorpusCase): void {
  const { expected } = entry;
  const wanted = expected.keras?.optimizer;
  if (wanted === undefined || wanted === null || !restoresOptimizer(entry)) return;
  if (expected.loads[expected.keras?.oracle ?? '']?.compile === false) return;
  if (model.optimizer === null) throw new Error('the optimizer is missing');
  compareVariables('optimizer', model.optimizer.variables, wanted.variables);
}

function inputsOf(
  model: models.Model,
  entry: CorpusCase,
  references: readonly ArrayReference[],
): tf.Tensor[] {
  const names = [...model.input_names];
  const sorted = names.every((name) => references.some((reference) => reference.name === name))
    ? names.flatMap((name) => references.filter((reference) => reference.name === name))
    : references;
  return sorted.map((reference) => toTensor(arrayOf(entry, reference)));
}

async function comparePredictions(
  model: models.Model,
  entry: CorpusCase,
  comparer: Comparer,
): Promise<void> {
  const { predict } = entry.expected;
  if (predict === undefined) return;
  const inputs = inputsOf(model, entry, predict.inputs);
  const outputs = model.apply<tf.Tensor>(asModelInput(inputs), { training: false });
  const flat: readonly tf.Tensor[] = flatten(outputs);
  if (flat.length !== predict.outputs.length) throw new Error(`${flat.length} outputs`);
  for (const [k, reference] of predict.outputs.entries()) {
    const output = flat[k];
    if (output === undefined) continue;
    comparer.equal(`shape of ${reference.name}`, output.shape, reference.shape);
    comparer.numbers(reference.name, output.dataSync(), arrayOf(entry, reference), FORWARD);
  }
  for (const tensor of [...inputs, ...flat]) tensor.dispose();
  for (const layer of model.layers) if (layer.stateful) resetStates(model);
}

function resetStates(model: models.Model): void {
  if ('reset_states' in model && typeof model.reset_states === 'function') model.reset_states();
}

function asModelInput(inputs: readonly tf.Tensor[]): tf.Tensor {
  return (inputs.length === 1 ? inputs[0] : inputs) as tf.Tensor;
}

function flatten(outputs: unknown): tf.Tensor[] {
  if (outputs instanceof tf.Tensor) return [outputs];
  if (Array.isArray(outputs)) return outputs.flatMap(flatten);
  return Object.entries(outputs as object)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, value]) => flatten(value));
}

async function compareTraining(
  model: models.Model,
  entry: CorpusCase,
  comparer: Comparer,
): Promise<void> {
  const { train, predict } = entry.expected;
  if (train?.train_on_batch === undefined || predict === undefined) return;
  if (model.optimizer === null) return;
  if (!restoresOptimizer(entry)) {
    model.optimizer = optimizers.deserialize(optimizers.serialize(model.optimizer));
  }
  const inputs = inputsOf(model, entry, predict.inputs);
  const targets = train.targets.map((reference) => toTensor(arrayOf(entry, reference)));
  const [x, y] = [asModelInput(inputs), asModelInput(targets)];
  compareLogs('evaluate', await model.test_on_batch(x, y), train.evaluate, comparer);
  for (const [k, logs] of train.train_on_batch.entries()) {
    model.reset_metrics();
    compareLogs(`step ${k}`, await model.train_on_batch(x, y), logs, comparer);
  }
  const exception = TRAINING_EXCEPTIONS.get(entry.id);
  const after = train.after;
  compareSums('weights', model.weights, after.weights, comparer, exception);
  compareSums('optimizer', model.optimizer.variables, after.optimizer ?? [], comparer, exception);
  for (const tensor of [...inputs, ...targets]) tensor.dispose();
}

function compareLogs(
  what: string,
  logs: unknown,
  expected: readonly number[],
  comparer: Comparer,
): void {
  const actual: readonly number[] = Array.isArray(logs) ? logs : [Number(logs)];
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} numbers, expected ${expected.length}`);
  }
  for (const [k, value] of expected.entries()) {
    comparer.number(`${what}[${k}]`, actual[k] ?? Number.NaN, value, TRAINING);
  }
}

/** A sum gathers the differences of its terms, so it is compared by their size. */
function compareSums(
  what: string,
  variables: readonly Variable[],
  expected: readonly ExpectedSums[],
  comparer: Comparer,
  { skip, rtol = TRAINING.rtol }: Partial<TrainingException> = {},
): void {
  for (const [k, { name, sum, sumsq, first }] of expected.entries()) {
    const variable = variables[k];
    if (variable === undefined) throw new Error(`${what}: ${name} is missing`);
    if (skip?.test(name) === true) continue;
    const values = numbersOf(variable.record());
    const scale = Math.sqrt(sumsq * Math.max(1, values.length));
    const total = Array.from(values).reduce((a, b) => a + b, 0);
    const bounds = { rtol, atol: 1e-4 + rtol * scale };
    comparer.number(`${what}: sum of ${name}`, total, sum, bounds);
    for (const [i, value] of first.entries()) {
      comparer.number(`${what}: ${name}[${i}]`, values[i] ?? Number.NaN, value, {
        ...TRAINING,
        rtol,
      });
    }
  }
}
