import type { GoldenCase, Goldens, Json } from '@km/test-utils';
import * as metrics from '../../packages/layers/src/metrics/index.ts';
import { Comparer } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';

const BOUNDS = { rtol: 1e-5, atol: 1e-6 };

type Row = Readonly<Record<string, Json>>;

const rows = (value: Json | undefined): readonly Row[] => (Array.isArray(value) ? value : []);

/** Checks the result and the state of a recorded metric after each of its batches. */
export async function runMetric(golden: GoldenCase, container: Goldens): Promise<number> {
  const { class_name, config } = golden;
  const metric = metrics.deserialize({ class_name, config });
  if (!(metric instanceof metrics.Metric)) throw new Error(`${String(class_name)} made no metric`);
  const compare = new Comparer();
  compare.equal('config', sorted(metric.get_config()), sorted(config));
  for (const batch of rows(golden.batches)) {
    const [first, second] = rows(batch.arguments).map((a) => tensorOf(container.tensor(a)));
    const given = batch.sample_weight ?? null;
    const weight = given === null ? null : tensorOf(container.tensor(given));
    if (first === undefined) throw new Error('a batch has no arguments');
    if (second === undefined) metric.update_state(first, weight);
    else metric.update_state(first, second, weight);
    const expected = container.tensor(batch.result);
    const result = metric.result();
    compare.equal('shape of the result', result.shape, expected.shape);
    compare.numbers('result', result.dataSync(), expected, BOUNDS);
    compareState('state', metric, rows(batch.state), container, compare);
  }
  metric.reset_state();
  compareState('reset', metric, rows(golden.state_after_reset), container, compare);
  return compare.difference;
}

function sorted(config: unknown): unknown {
  return Object.entries(config as object).sort(([a], [b]) => (a < b ? -1 : 1));
}

function compareState(
  what: string,
  metric: metrics.Metric,
  expected: readonly Row[],
  container: Goldens,
  compare: Comparer,
): void {
  compare.equal(
    `${what} names`,
    metric.variables.map(({ name }) => `${name}:0`),
    expected.map(({ name }) => name),
  );
  metric.variables.forEach((variable, i) => {
    const record = container.tensor(expected[i]?.value);
    compare.equal(`${what} shape`, variable.shape, record.shape);
    compare.numbers(`${what} ${variable.name}`, variable.values(), record, BOUNDS);
  });
}
