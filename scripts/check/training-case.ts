import path from 'node:path';
import type { Tensor as TensorRecord } from '@km/core';
import { type GoldenCase, type Goldens, type Json, openGoldens } from '@km/test-utils';
import type * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../../packages/layers/src/engine/model.ts';
import { flatten } from '../../packages/layers/src/engine/nest.ts';
import type { Tensors } from '../../packages/layers/src/engine/types.ts';
import type { Variable } from '../../packages/layers/src/engine/variable.ts';
import * as optimizers from '../../packages/layers/src/optimizers/index.ts';
import type { Data, FitOptions, Logs } from '../../packages/layers/src/training/index.ts';
import { type Bounds, Comparer, numbersOf } from './golden-report.ts';
import { parsePythonCall } from './python-call.ts';

const FLOAT32 = { rtol: 1e-3, atol: 1e-4 };
const FLOAT16 = { rtol: 2e-2, atol: 2e-3 };
/** Noise that an optimizer has blown up reaches inference through lagging moving averages. */
const NOISY = { rtol: 1e-3, atol: 5e-3 };

/** An object of a record. */
export type Row = Readonly<Record<string, Json>>;

/** The objects of a list in a record. */
export const rows = (value: Json | undefined): readonly Row[] =>
  Array.isArray(value) ? value : [];

/** A recorded training and what a run of it is compared with. */
export interface TrainingCase {
  /** Folder of the record and of the saved files. */
  readonly folder: string;
  readonly golden: GoldenCase;
  readonly container: Goldens;
  readonly bounds: Bounds;
  readonly x: Data;
  readonly y: Data;
  readonly fit: FitOptions;
}

/** A run of a recorded training. */
export interface TrainingRun extends TrainingCase {
  readonly model: Model;
  readonly compare: Comparer;
}

/** Opens a recorded training. */
export async function openTraining(folder: string): Promise<TrainingCase> {
  const container = await openGoldens(folder, 'golden');
  const [golden] = container.cases;
  if (golden === undefined) throw new Error(`no case is recorded in ${path.basename(folder)}`);
  return {
    folder,
    golden,
    container,
    bounds: String(golden.optimizer_class).startsWith('LossScale') ? FLOAT16 : FLOAT32,
    x: container.decode(golden.x ?? null) as Data,
    y: container.decode(golden.y ?? null) as Data,
    fit: container.decode(golden.fit ?? null) as FitOptions,
  };
}

/** Starts a run of a recorded training with a model. */
export function runOf(training: TrainingCase, model: Model): TrainingRun {
  return { ...training, model, compare: new Comparer() };
}

/** Makes objects of the calls in the description of `compile`. */
function described(value: Json | undefined): unknown {
  if (typeof value === 'string') return parsePythonCall(value) ?? value;
  if (Array.isArray(value)) return value.map(described);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, described(item)]));
}

/** True for a training with an optimizer of TensorFlow up to 2.10. */
export function isLegacy({ golden }: TrainingCase): boolean {
  const config = golden.optimizer_config as Row;
  const inner = (config.inner_optimizer as Row | undefined)?.config as Row | undefined;
  return (inner ?? config).is_legacy_optimizer !== false;
}

/** Compiles a model as the training was. */
export function compileAs({ golden }: TrainingCase, model: Model): void {
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

/** Sets the states of a stateful model to zero, as the recorded run did between its parts. */
export function resetStates({ model }: TrainingRun): void {
  if (model.layers.some((layer) => layer.stateful)) model.reset_states();
}

/** Compares the predictions of a model with recorded ones. */
export async function comparePredictions(key: string, run: TrainingRun): Promise<void> {
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

/** Compares losses and metrics of a model with recorded ones. */
export async function compareEvaluation(key: string, run: TrainingRun): Promise<void> {
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

/** Compares the results of epochs, of which the first has the number `first`, with recorded ones. */
export function compareHistory(
  history: Logs,
  expected: Row,
  { compare, bounds }: TrainingRun,
  first = 0,
): void {
  compare.equal('history names', Object.keys(history), Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const got = history[name] as number[];
    (values as number[]).slice(first).forEach((value, k) => {
      compare.number(`history ${name}[${first + k}]`, got[k] ?? Number.NaN, value, bounds);
    });
  }
}

/** Compares variables, in order, with recorded ones; names only where `named`. */
export function compareVariables(
  key: string,
  variables: readonly Variable[],
  run: TrainingRun,
  named: boolean,
): void {
  const expected = rows(run.golden[key]);
  const outline = (name: string, shape: unknown, dtype: unknown): unknown =>
    named ? { name, shape, dtype } : { shape, dtype };
  run.compare.equal(
    `${key} variables`,
    variables.map(({ name, shape, dtype }) => outline(`${name}:0`, shape, dtype)),
    expected.map(({ name, shape, dtype }) => outline(String(name), shape, dtype)),
  );
  const noise = noiseVariables(run);
  variables.forEach((variable, i) => {
    const name = String(expected[i]?.name);
    if (noise.some((part) => name.includes(part))) return;
    const record = run.container.tensor(expected[i]?.value);
    const follows = noise.length > 0 && name.includes('/moving_');
    const bounds = follows ? NOISY : run.bounds;
    run.compare.numbers(`${key} ${name}`, variable.values(), record, bounds);
  });
}

/** Largest second moment of a gradient that is zero but for rounding. */
const NOISE = 1e-14;

/**
 * Names variables whose gradient is zero but for rounding, such as a bias before a batch normalization. Adam divides
 * the noise by its own size, so their values say nothing; the outputs do not depend on them.
 */
function noiseVariables({ golden, container }: TrainingCase): readonly string[] {
  return rows(golden.optimizer_after_epoch_1).flatMap(({ name, value }) => {
    const [, before, after] = /^\w+\/(?:v\/(.*)|(.*)\/v):0$/.exec(String(name)) ?? [];
    const variable = before ?? after;
    if (variable === undefined) return [];
    const moments = Array.from(numbersOf(container.tensor(value)));
    return Math.max(...moments) < NOISE ? [variable] : [];
  });
}

/** Compares the state of a loss scale with a recorded one. */
export function compareScale(key: string, { golden, model, compare }: TrainingRun): void {
  const expected = golden[key] as Row | null | undefined;
  if (expected === null || expected === undefined) return;
  if (!(model.optimizer instanceof optimizers.LossScaleOptimizer)) throw new Error('no loss scale');
  compare.equal(key, model.optimizer.loss_scale, expected.loss_scale);
  const counter = model.optimizer.dynamic_counter?.values()[0] ?? null;
  compare.equal(`${key} counter`, counter, expected.dynamic_counter);
}
