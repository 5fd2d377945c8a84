import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Tensor as TensorRecord } from '@km/core';
import { type GoldenCase, type Goldens, type Json, openGoldens } from '@km/test-utils';
import type * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../../packages/layers/src/engine/model.ts';
import { flatten } from '../../packages/layers/src/engine/nest.ts';
import type { Tensors } from '../../packages/layers/src/engine/types.ts';
import type { Variable } from '../../packages/layers/src/engine/variable.ts';
import { model_from_json } from '../../packages/layers/src/models/index.ts';
import * as optimizers from '../../packages/layers/src/optimizers/index.ts';
import type { Data, FitOptions, Logs } from '../../packages/layers/src/training/index.ts';
import { type Bounds, Comparer, numbersOf } from './golden-report.ts';
import { parsePythonCall } from './python-call.ts';

const FLOAT32 = { rtol: 1e-3, atol: 1e-4 };
const FLOAT16 = { rtol: 2e-2, atol: 2e-3 };

type Row = Readonly<Record<string, Json>>;

const rows = (value: Json | undefined): readonly Row[] => (Array.isArray(value) ? value : []);

/** What a run compares with. */
interface Run {
  readonly golden: GoldenCase;
  readonly container: Goldens;
  readonly compare: Comparer;
  readonly bounds: Bounds;
  readonly model: Model;
  readonly x: Data;
  readonly y: Data;
  readonly fit: FitOptions;
}

/** Runs a recorded training from its architecture and initial weights; returns the largest difference. */
export async function runTraining(folder: string): Promise<number> {
  const container = await openGoldens(folder, 'golden');
  const [golden] = container.cases;
  if (golden === undefined) throw new Error('no case is recorded');
  const model = model_from_json(await readFile(path.join(folder, 'model.json'), 'utf8'));
  const bounds = String(golden.optimizer_class).startsWith('LossScale') ? FLOAT16 : FLOAT32;
  const compare = new Comparer();
  const x = container.decode(golden.x ?? null) as Data;
  const y = container.decode(golden.y ?? null) as Data;
  const fit = container.decode(golden.fit ?? null) as FitOptions;
  const run = { golden, container, compare, bounds, model, x, y, fit };
  setWeights(run);
  compileAs(run);
  await compareRun(run);
  return compare.difference;
}

function setWeights({ golden, container, model }: Run): void {
  const recorded = rows(golden.initial_weights);
  const { weights } = model;
  if (weights.length !== recorded.length) {
    throw new Error(`the model has ${weights.length} weights, recorded are ${recorded.length}`);
  }
  weights.forEach((variable, i) => {
    variable.assign(container.tensor(recorded[i]?.value));
  });
}

/** Makes objects of the calls in the description of `compile`. */
function described(value: Json | undefined): unknown {
  if (typeof value === 'string') return parsePythonCall(value) ?? value;
  if (Array.isArray(value)) return value.map(described);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, described(item)]));
}

function compileAs({ golden, model }: Run): void {
  const { loss, metrics, loss_weights, weighted_metrics } = golden.compile as Row;
  const config = golden.optimizer_config as Row;
  const class_name = String(golden.optimizer_class);
  const current = config.is_legacy_optimizer === false;
  model.compile({
    optimizer: optimizers.get({
      class_name: current ? `Custom>${class_name}` : class_name,
      config,
    }),
    loss: described(loss) as never,
    metrics: described(metrics) ?? null,
    weighted_metrics: described(weighted_metrics) ?? null,
    loss_weights: (loss_weights ?? null) as never,
  });
}

async function compareRun(run: Run): Promise<void> {
  const { golden, model, x, y, fit } = run;
  const stateful = model.layers.some((layer) => layer.stateful);
  const reset = (): void => {
    if (stateful) model.reset_states();
  };
  await comparePredictions('predict_initial', run);
  await compareEvaluation('evaluate_initial', run);
  const first = await model.fit(x, y, { ...fit, epochs: 1 });
  compareScale('loss_scale_after_epoch_1', run);
  compareVariables('weights_after_epoch_1', model.weights, run);
  compareVariables('optimizer_after_epoch_1', model.optimizer?.variables ?? [], run);
  await comparePredictions('predict_after_epoch_1', run);
  await compareEvaluation('evaluate_after_epoch_1', run);
  reset();
  const rest = await model.fit(x, y, { ...fit, epochs: 3, initial_epoch: 1 });
  compareHistory(first.history as Logs, rest.history as Logs, golden.history as Row, run);
  compareVariables('final_weights', model.weights, run);
  compareVariables('final_optimizer', model.optimizer?.variables ?? [], run);
  compareScale('final_loss_scale', run);
  reset();
  await compareEvaluation('evaluate_final', run);
  reset();
  await comparePredictions('predict_final', run);
}

/** Noise that an optimizer has blown up reaches inference through lagging moving averages. */
const NOISY = { rtol: 1e-3, atol: 5e-3 };

async function comparePredictions(key: string, run: Run): Promise<void> {
  const bounds = noiseVariables(run).length > 0 ? NOISY : run.bounds;
  const { batch_size } = run.fit;
  const outputs = await run.model.predict<Tensors>(run.x, {
    batch_size: batch_size ?? null,
    verbose: 0,
  });
  const expected = run.container.decode(run.golden[key] ?? null);
  const records = (Array.isArray(expected) ? expected : [expected]) as TensorRecord[];
  flatten<tf.Tensor>(outputs).forEach((output, i) => {
    run.compare.numbers(key, output.dataSync(), records[i] as TensorRecord, bounds);
    output.dispose();
  });
}

async function compareEvaluation(key: string, run: Run): Promise<void> {
  const { batch_size } = run.fit;
  const logs = await run.model.evaluate(run.x, run.y, {
    batch_size: batch_size ?? null,
    verbose: 0,
    return_dict: true,
  });
  const expected = run.golden[key] as Row;
  run.compare.equal(`${key} names`, Object.keys(logs), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    run.compare.number(`${key} ${name}`, Number(logs[name]), Number(value), run.bounds);
  }
}

function compareHistory(first: Logs, rest: Logs, expected: Row, run: Run): void {
  run.compare.equal('history names', Object.keys(first), Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const got = [...(first[name] as number[]), ...(rest[name] as number[])];
    (values as number[]).forEach((value, epoch) => {
      run.compare.number(`history ${name}[${epoch}]`, got[epoch] ?? Number.NaN, value, run.bounds);
    });
  }
}

function compareVariables(key: string, variables: readonly Variable[], run: Run): void {
  const expected = rows(run.golden[key]);
  // Other versions number the layers inside of recurrent ones in another way.
  const named = run.container.tensorflow.startsWith('2.15');
  const outline = (name: string, shape: unknown, dtype: unknown): unknown =>
    named ? { name, shape, dtype } : { shape, dtype };
  run.compare.equal(
    `${key} variables`,
    variables.map(({ name, shape, dtype }) => outline(`${name}:0`, shape, dtype)),
    expected.map(({ name, shape, dtype }) => outline(String(name), shape, dtype)),
  );
  const noise = noiseVariables(run);
  variables.forEach((variable, i) => {
    if (noise.some((name) => variable.name.includes(name))) return;
    const record = run.container.tensor(expected[i]?.value);
    const follows = noise.length > 0 && variable.name.includes('/moving_');
    const bounds = follows ? NOISY : run.bounds;
    run.compare.numbers(`${key} ${variable.name}`, variable.values(), record, bounds);
  });
}

/** Largest second moment of a gradient that is zero but for rounding. */
const NOISE = 1e-14;

/**
 * Names variables whose gradient is zero but for rounding, such as a bias before a batch normalization. Adam divides
 * the noise by its own size, so their values say nothing; the outputs do not depend on them.
 */
function noiseVariables({ golden, container }: Run): readonly string[] {
  return rows(golden.optimizer_after_epoch_1).flatMap(({ name, value }) => {
    const [, before, after] = /^\w+\/(?:v\/(.*)|(.*)\/v):0$/.exec(String(name)) ?? [];
    const variable = before ?? after;
    if (variable === undefined) return [];
    const moments = Array.from(numbersOf(container.tensor(value)));
    return Math.max(...moments) < NOISE ? [variable] : [];
  });
}

function compareScale(key: string, { golden, model, compare }: Run): void {
  const expected = golden[key] as Row | null | undefined;
  if (expected === null || expected === undefined) return;
  if (!(model.optimizer instanceof optimizers.LossScaleOptimizer)) throw new Error('no loss scale');
  compare.equal(key, model.optimizer.loss_scale, expected.loss_scale);
  const counter = model.optimizer.dynamic_counter?.values()[0] ?? null;
  compare.equal(`${key} counter`, counter, expected.dynamic_counter);
}
