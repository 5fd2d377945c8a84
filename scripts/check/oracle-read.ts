import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encodeTensor, isKmError } from '@km/core';
import { type CustomObjects, models, train, type Variable } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { toTensor } from './corpus-case.ts';
import { Comparer } from './golden-report.ts';
import type { OracleCase, OracleVariable } from './oracle-case.ts';
import { customObjects } from './oracle-custom.ts';
import { checkSignature } from './oracle-signatures.ts';

const WEIGHT_FORMATS: ReadonlySet<string> = new Set([
  'ckpt',
  'train-ckpt',
  'weights-h5',
  'weights-keras',
]);

/** Formats that hold no Keras model with weights. */
const OTHER_FORMATS: ReadonlyMap<string, (entry: OracleCase) => Promise<number | string>> = new Map(
  [
    ['plain', checkSignature],
    ['export', checkSignature],
    ['json', checkArchitecture],
  ],
);

/** Reads a file of TensorFlow and compares weights, optimizer state, predictions and a training step with its own. */
export async function checkRead(
  entry: OracleCase,
  all: readonly OracleCase[],
): Promise<number | string> {
  const other = OTHER_FORMATS.get(entry.format);
  if (other !== undefined) return other(entry);
  const comparer = new Comparer();
  const model = await loadCase(entry, all);
  if (typeof model === 'string') return model;
  const { expected } = entry;
  compareDigests('weights', model.weights, expected.weights);
  if (expected.optimizer && model.optimizer !== null && keepsState(entry)) {
    compareDigests('optimizer', model.optimizer.variables, expected.optimizer.variables);
  }
  const tolerance = entry.name.includes('float16')
    ? { rtol: 1e-2, atol: 2e-3 }
    : { rtol: 1e-4, atol: 1e-5 };
  compareOutputs(model, entry, 'outputs', comparer, tolerance);
  const goesOn = keepsState(entry) && !trainsOtherwise(entry);
  if (expected.deterministicTrain && model.optimizer !== null && goesOn) {
    const [x, y] = [inputsOf(entry, 'inputs'), inputsOf(entry, 'targets')];
    await model.fit(x, y, { batch_size: 1024, epochs: 1, shuffle: false, verbose: 0 });
    const after = entry.name.includes('float16')
      ? { rtol: 2e-2, atol: 2e-3 }
      : { rtol: 1e-3, atol: 1e-4 };
    compareOutputs(model, entry, 'outputsAfter', comparer, after);
  }
  model.dispose();
  return comparer.difference;
}

/** The experimental RMSprop of TensorFlow 2.10 divides otherwise than that of later releases, as docs/versions.md says. */
function trainsOtherwise({ name, expected }: OracleCase): boolean {
  const [first] = expected.optimizer?.variables ?? [];
  return name === 'opt_rmsprop_centered_new' && !first?.name.startsWith('iteration');
}

/** Formats in which TensorFlow itself stores the state of that optimizer. */
function keepsState({ format, name }: OracleCase): boolean {
  if (/_legacy$/.test(name)) return !['keras', 'weights-keras', 'weights-h5'].includes(format);
  return format !== 'weights-h5';
}

/** Loads the model of a case; for weights alone the model comes from a whole file of the same version. */
export async function loadCase(
  entry: OracleCase,
  all: readonly OracleCase[],
): Promise<models.Model | string> {
  // A subclassed model comes back from its functions, where a file has them.
  const revived = entry.name === 'subclassed' && entry.format === 'tf';
  const custom_objects = revived ? {} : customObjects(entry.name);
  if (!WEIGHT_FORMATS.has(entry.format)) return loadWhole(entry, custom_objects);
  const whole = all.find(
    ({ name, format }) => name === entry.name && (format === 'h5' || format === 'tf'),
  );
  if (whole === undefined) return 'no whole model to load the weights into';
  const model = await loadCase(whole, all);
  if (typeof model === 'string') return model;
  for (const variable of model.weights)
    if (variable.dtype !== 'string') variable.assign(tf.zeros([...variable.shape]));
  await restoreWeights(model, entry);
  return model;
}

async function loadWhole(
  { model: path, format }: OracleCase,
  custom_objects: CustomObjects,
): Promise<models.Model | string> {
  try {
    const model = await models.load_model(path, { custom_objects });
    const cannotCall = format === 'tf-notrace' && model.constructor.name.startsWith('Revived');
    return cannotCall ? 'neither a config nor functions, so TensorFlow cannot call it, too' : model;
  } catch (error) {
    if (isKmError(error, 'KM_UNSUPPORTED')) return error.message;
    throw error;
  }
}

async function restoreWeights(
  model: models.Model,
  { format, model: path }: OracleCase,
): Promise<void> {
  if (format !== 'train-ckpt') {
    await model.load_weights(path);
    return;
  }
  const { optimizer } = model;
  const checkpoint = new train.Checkpoint(optimizer === null ? { model } : { model, optimizer });
  (await checkpoint.restore(path)).assert_consumed();
}

/** Builds the model of a JSON file and prints it again: the same layers under the same names. */
async function checkArchitecture({ model: path, name }: OracleCase): Promise<number | string> {
  const text = readFileSync(path, 'utf8');
  const model = models.model_from_json(text, customObjects(name));
  const expected = layersOf(text);
  if (expected.length === 0) return 'a subclassed model, whose class alone knows its layers';
  new Comparer().equal('layers', layersOf(model.to_json()), expected);
  return 0;
}

function layersOf(json: string): string[] {
  const layers: { readonly config: { readonly name: string } }[] =
    JSON.parse(json).config.layers ?? [];
  return layers.map(({ config }) => config.name);
}

function compareDigests(
  what: string,
  given: readonly Variable[],
  stored: readonly OracleVariable[],
): void {
  // TensorFlow counts the tables of preprocessing layers among the weights.
  const expected = stored.filter(({ name }) => !/WeightHandler$/.test(name));
  // The experimental optimizers of TensorFlow 2.10 do not count their number of steps among the variables.
  const isUncounted = what === 'optimizer' && expected.length === given.length - 1;
  const variables = isUncounted ? given.slice(1) : given;
  if (variables.length !== expected.length) {
    throw new Error(`${what}: ${variables.length} variables, expected ${expected.length}`);
  }
  for (const [k, { name, sha256 }] of expected.entries()) {
    const record = variables[k]?.record();
    if (record === undefined || record.dtype === 'string') continue;
    const digest = createHash('sha256').update(encodeTensor(record)).digest('hex');
    if (digest !== sha256) throw new Error(`${what}: ${variables[k]?.name} differs from ${name}`);
  }
}

function inputsOf(entry: OracleCase, what: 'inputs' | 'targets'): tf.Tensor | tf.Tensor[] {
  const tensors = entry.arrays(what).map(toTensor);
  return tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors;
}

function compareOutputs(
  model: models.Model,
  entry: OracleCase,
  what: 'outputs' | 'outputsAfter',
  comparer: Comparer,
  bounds: { readonly rtol: number; readonly atol: number },
): void {
  if ('reset_states' in model && typeof model.reset_states === 'function') model.reset_states();
  const outputs = model.apply<tf.Tensor>(inputsOf(entry, 'inputs') as tf.Tensor, {
    training: false,
  });
  const flat = flatten(outputs);
  for (const [k, expected] of entry.arrays(what).entries()) {
    const output = flat[k];
    if (output === undefined) throw new Error(`output ${k} is missing`);
    comparer.numbers(`${what}[${k}]`, output.dataSync(), expected, bounds);
  }
  if ('reset_states' in model && typeof model.reset_states === 'function') model.reset_states();
}

function flatten(outputs: unknown): tf.Tensor[] {
  if (outputs instanceof tf.Tensor) return [outputs];
  if (Array.isArray(outputs)) return outputs.flatMap(flatten);
  return Object.keys(outputs as object)
    .sort()
    .flatMap((key) => flatten((outputs as Record<string, unknown>)[key]));
}
