import type * as tf from '@tensorflow/tfjs-core';
import { get_mask } from '../engine/mask.ts';
import { flatten } from '../engine/nest.ts';
import type { Nested } from '../engine/types.ts';
import { Loss, type LossFn } from '../losses/loss.ts';
import { type Compared, comparedValues } from '../losses/ragged-loss.ts';
import { apply_mask } from '../losses/weighting.ts';
import { Metric } from '../metrics/metric.ts';
import { get, wrap_function } from '../metrics/registry.ts';
import { matchRank } from './match.ts';
import { nameMetrics } from './metric-names.ts';
import { conformToOutputs, isNested, perOutput, pseudoOutputNames } from './outputs.ts';
import type { BatchTensors } from './types.ts';

/** The metrics of one output, without and with sample weights. */
export interface OutputMetrics {
  readonly plain: readonly Metric[];
  readonly weighted: readonly Metric[];
}

const ACCURACY: readonly string[] = ['accuracy', 'acc'];
const CROSSENTROPY: readonly string[] = ['crossentropy', 'ce'];

/** The metrics of a compiled model. */
export class MetricsContainer {
  readonly #metrics: unknown;
  readonly #weighted: unknown;
  readonly #names: readonly string[] | null;
  readonly #from_serialized: boolean;
  #outputs: readonly OutputMetrics[] | null = null;

  /** Takes metrics as `compile` gets them; names are those of the model's outputs. */
  constructor(
    metrics: unknown,
    weighted_metrics: unknown,
    output_names: readonly string[] | null,
    from_serialized: boolean,
  ) {
    checkDuplicates([metrics, weighted_metrics]);
    this.#metrics = metrics;
    this.#weighted = weighted_metrics;
    this.#names = output_names;
    this.#from_serialized = from_serialized;
  }

  /** All metrics, output by output. */
  get metrics(): readonly Metric[] {
    return (this.#outputs ?? []).flatMap(({ plain, weighted }) => [...plain, ...weighted]);
  }

  /** The metrics of each output, or null before the first batch. */
  get outputs(): readonly OutputMetrics[] | null {
    return this.#outputs;
  }

  /** Makes the metrics of the outputs, once; short names are resolved by the shapes of labels and predictions. */
  build(y: BatchTensors, y_pred: Nested<TensorLike>): readonly OutputMetrics[] {
    if (this.#outputs !== null) return this.#outputs;
    const names = this.#names ?? pseudoOutputNames(y_pred);
    const predictions = flatten<TensorLike>(y_pred);
    const labels = perOutput<tf.Tensor | null>(y_pred, names, y, 'labels');
    const make = (given: unknown): Metric[][] =>
      metricsPerOutput(y_pred, names, given).map((identifiers, i) =>
        identifiers.map((identifier) =>
          metricOf(identifier, labels[i] ?? null, predictions[i] as TensorLike),
        ),
      );
    const [plain, weighted] = [make(this.#metrics), make(this.#weighted)];
    const outputs = predictions.map((_, i) => ({
      plain: plain[i] ?? [],
      weighted: weighted[i] ?? [],
    }));
    if (!this.#from_serialized) nameMetrics(outputs, names);
    this.#outputs = outputs;
    return outputs;
  }

  /** Adds a batch to the metrics. */
  update_state(y: BatchTensors, y_pred: Nested<tf.Tensor>, sample_weight: BatchTensors): void {
    const outputs = this.build(y, y_pred);
    const names = this.#names ?? pseudoOutputNames(y_pred);
    const predictions = flatten<tf.Tensor>(y_pred);
    const labels = perOutput<tf.Tensor | null>(y_pred, names, y, 'labels');
    const weights = perOutput<tf.Tensor | null>(y_pred, names, sample_weight, 'sample weights');
    outputs.forEach((output, i) => {
      const label = labels[i] ?? null;
      if (label !== null)
        updateOutput(output, label, predictions[i] as tf.Tensor, weights[i] ?? null);
    });
  }

  /** Forgets the batches so far. */
  reset_state(): void {
    for (const metric of this.metrics) metric.reset_state();
  }
}

/** What the resolution of short names looks at. */
type TensorLike = { readonly shape: readonly (number | null)[] };

function updateOutput(
  { plain, weighted }: OutputMetrics,
  given_label: Compared,
  given_prediction: Compared,
  weight: tf.Tensor | null,
): void {
  if (plain.length === 0 && weighted.length === 0) return;
  const [label, prediction] = comparedValues(given_label, given_prediction);
  const matched = matchRank(label, prediction, weight);
  const mask = get_mask(prediction);
  for (const metric of plain) metric.update_state(matched.y_true, prediction, mask);
  if (weighted.length === 0) return;
  const weights = apply_mask(matched.sample_weight, mask);
  for (const metric of weighted) metric.update_state(matched.y_true, prediction, weights);
}

function checkDuplicates(given: readonly unknown[]): void {
  const metrics = given
    .flatMap((part) => flatten<unknown>(part as Nested<unknown>))
    .filter((item) => item instanceof Metric);
  if (new Set(metrics).size === metrics.length) return;
  throw new TypeError(
    'Found duplicated metrics object in the user provided metrics and weighted metrics. This will cause the same metric object to be updated multiple times, and report wrong results.',
  );
}

/** The identifiers of each output's metrics. A flat list is for every output. */
function metricsPerOutput(
  outputs: Nested<unknown>,
  names: readonly string[],
  given: unknown,
): unknown[][] {
  const count = flatten<unknown>(outputs).length;
  const forAll = !isNested(given) || (Array.isArray(given) && !given.some(isNested));
  const lists = forAll
    ? Array.from({ length: count }, () => copied(given, count))
    : listsOf(conformToOutputs(outputs, names, given), outputs);
  return lists.map((list) =>
    flatten<unknown>(list as Nested<unknown>).filter((item) => item !== null && item !== undefined),
  );
}

/** The parts of a structure that stand where the outputs are. */
function listsOf(given: unknown, outputs: Nested<unknown>): unknown[] {
  if (!isNested(outputs) || !isNested(given)) {
    return flatten<unknown>(outputs).map(() => given ?? null);
  }
  const parts = new Map(Object.entries(given as object));
  const inner = Object.entries(outputs as Record<string, Nested<unknown>>);
  if (!Array.isArray(outputs)) inner.sort(([a], [b]) => (a < b ? -1 : 1));
  const inOrder = Array.isArray(given);
  return inner.flatMap(([key, output], k) => listsOf(parts.get(inOrder ? String(k) : key), output));
}

/** Several outputs do not share a metric object. */
function copied(given: unknown, count: number): unknown {
  if (count === 1) return given;
  const copy = (item: unknown): unknown =>
    item instanceof Metric
      ? (item.constructor as typeof Metric & { from_config(config: object): Metric }).from_config(
          item.get_config(),
        )
      : item;
  return Array.isArray(given) ? given.map(copy) : copy(given);
}

function metricOf(identifier: unknown, label: TensorLike | null, prediction: TensorLike): Metric {
  const found = get(resolved(identifier, label, prediction));
  if (found instanceof Metric) return found;
  const name = typeof identifier === 'string' ? identifier : undefined;
  if (found instanceof Loss) {
    const of_loss = found as Loss;
    const fn: LossFn = (y_true, y_pred) => of_loss.call(y_true, y_pred);
    return wrap_function(fn, name ?? of_loss.name ?? 'loss');
  }
  if (typeof found === 'function') return wrap_function(found, name);
  throw new TypeError(`A metric is a name, a configuration, a function or a Metric, not ${found}.`);
}

/** Says which accuracy or crossentropy a short name stands for, by the shapes of labels and predictions. */
function resolved(identifier: unknown, label: TensorLike | null, prediction: TensorLike): unknown {
  const short = typeof identifier === 'string' ? identifier.toLowerCase() : '';
  const kind = ACCURACY.includes(short)
    ? 'accuracy'
    : CROSSENTROPY.includes(short)
      ? 'crossentropy'
      : null;
  if (kind === null) return identifier;
  const labels = label?.shape ?? prediction.shape;
  const classes = prediction.shape.at(-1) ?? null;
  if (classes === 1) return `binary_${kind}`;
  const sparse =
    labels.length < prediction.shape.length ||
    (labels.at(-1) === 1 && classes !== null && classes > 1);
  return `${sparse ? 'sparse_' : ''}categorical_${kind}`;
}
