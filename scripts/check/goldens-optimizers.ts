import type { Tensor as TensorRecord } from '@km/core';
import type { GoldenCase, Goldens, Json } from '@km/test-utils';
import type * as tf from '@tensorflow/tfjs-core';
import { Variable } from '../../packages/layers/src/engine/variable.ts';
import * as optimizers from '../../packages/layers/src/optimizers/index.ts';
import { Comparer } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';

const BOUNDS = { rtol: 1e-4, atol: 1e-5 };
const SCHEDULE_BOUNDS = { rtol: 1e-5, atol: 1e-6 };

type Row = Readonly<Record<string, Json>>;

const rows = (value: Json | undefined): readonly Row[] => (Array.isArray(value) ? value : []);

/** The family is not in configurations of TensorFlow before 2.11, and in records it is beside them. */
function made(golden: GoldenCase): optimizers.AnyOptimizer {
  const { class_name, config, legacy } = golden;
  return optimizers.deserialize({
    class_name: legacy === true ? class_name : `Custom>${String(class_name)}`,
    config,
  });
}

/** Drops what differs between the two forms in which Keras writes objects inside of configurations. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key]) => key !== 'module' && key !== 'registered_name',
  );
  return Object.fromEntries(
    entries
      .map(([key, item]) => [
        key,
        key === 'class_name' ? String(item).replace('Custom>', '') : plain(item),
      ])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}

/** Checks five steps of a recorded optimizer, or the values of a schedule. */
export async function runOptimizer(golden: GoldenCase, container: Goldens): Promise<number> {
  return golden.schedule === true ? runSchedule(golden, container) : runSteps(golden, container);
}

function runSchedule(golden: GoldenCase, container: Goldens): number {
  const compare = new Comparer();
  const { class_name, config, at } = golden;
  const schedule = optimizers.schedules.deserialize({ class_name, config });
  compare.equal('config', plain(schedule.get_config()), plain(config));
  const steps = Array.isArray(at) ? at.map(Number) : [];
  const values = steps.map((step) => schedule.call(step));
  compare.numbers('values', values, container.tensor(golden.values), SCHEDULE_BOUNDS);
  return compare.difference;
}

function runSteps(golden: GoldenCase, container: Goldens): number {
  const compare = new Comparer();
  const optimizer = made(golden);
  // Records note the configuration from before the first step, when legacy hyperparameters are not float32 yet.
  const { config } = optimizers.serialize(optimizer) as { readonly config: unknown };
  compare.equal('config', plain(config), plain(golden.config));
  const variables = rows(golden.variables).map(
    ({ name, value }) =>
      new Variable(container.tensor(value), { name: String(name).replace(':0', '') }),
  );
  if (golden.legacy !== true) optimizer.build(variables);
  rows(golden.steps).forEach((step, i) => {
    runStep(`step ${i}`, step, optimizer, variables, container, compare);
  });
  compareVariables(optimizer, golden, container, compare);
  if (golden.slot_names !== undefined && optimizer instanceof optimizers.legacy.Optimizer) {
    compare.equal('slot names', optimizer.get_slot_names(), golden.slot_names);
  }
  if (golden.variables_finalized !== undefined && 'finalize_variable_values' in optimizer) {
    optimizer.finalize_variable_values(variables);
    const expected = container.decode(golden.variables_finalized) as readonly TensorRecord[];
    compareValues('finalized', variables, expected, compare);
  }
  return compare.difference;
}

function runStep(
  what: string,
  step: Row,
  optimizer: optimizers.AnyOptimizer,
  variables: readonly Variable[],
  container: Goldens,
  compare: Comparer,
): void {
  const given = rows(step.gradients).map((gradient) => gradientOf(gradient, container));
  const pairs = given.map((gradient, i) => [gradient, variables[i] as Variable] as const);
  if (optimizer instanceof optimizers.LossScaleOptimizer) {
    compare.equal(`${what} scale before`, optimizer.loss_scale, step.scale_before);
  }
  optimizer.apply_gradients(pairs);
  if (optimizer instanceof optimizers.LossScaleOptimizer) {
    compare.equal(`${what} scale after`, optimizer.loss_scale, step.scale_after);
  }
  const expected = container.decode(step.variables ?? null) as readonly TensorRecord[];
  compareValues(what, variables, expected, compare);
  compare.equal(`${what} iterations`, optimizer.iterations.values()[0], step.iterations);
  if (step.learning_rate !== undefined) {
    const rate = (optimizer.learning_rate as Variable).values()[0];
    compare.equal(`${what} learning rate`, rate, step.learning_rate);
  }
}

function gradientOf(gradient: Row, container: Goldens): tf.Tensor | optimizers.IndexedSlices {
  if (gradient.indexed_slices !== true) return tensorOf(container.tensor(gradient));
  const shape = gradient.dense_shape;
  return new optimizers.IndexedSlices(
    tensorOf(container.tensor(gradient.values)),
    tensorOf(container.tensor(gradient.indices)),
    Array.isArray(shape) ? shape.map(Number) : [],
  );
}

function compareValues(
  what: string,
  variables: readonly Variable[],
  expected: readonly TensorRecord[],
  compare: Comparer,
): void {
  variables.forEach((variable, i) => {
    const record = expected[i];
    if (record === undefined) throw new Error(`${what}: ${variable.name} is not recorded`);
    compare.numbers(`${what} ${variable.name}`, variable.values(), record, BOUNDS);
  });
}

function compareVariables(
  optimizer: optimizers.AnyOptimizer,
  golden: GoldenCase,
  container: Goldens,
  compare: Comparer,
): void {
  const expected = rows(golden.optimizer_variables);
  const made = optimizer.variables.map(({ name, shape, dtype }) => ({
    name: `${name}:0`,
    shape,
    dtype,
  }));
  compare.equal(
    'optimizer variables',
    made,
    expected.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
  );
  compareValues(
    'state',
    optimizer.variables,
    expected.map(({ value }) => container.tensor(value)),
    compare,
  );
}
