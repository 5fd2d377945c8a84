import * as tf from '@tensorflow/tfjs-core';
import type { History } from '../callbacks/history.ts';
import { GraphModel } from '../engine/graph-model.ts';
import { get_mask } from '../engine/mask.ts';
import { flatten, mapStructure } from '../engine/nest.ts';
import type { AddedMetric } from '../engine/providers.ts';
import type { Nested, Tensors } from '../engine/types.ts';
import { deserialize as deserializeLoss } from '../losses/registry.ts';
import { Metric } from '../metrics/metric.ts';
import { deserialize as deserializeMetric } from '../metrics/registry.ts';
import { LossScaleOptimizer } from '../optimizers/loss-scale-optimizer.ts';
import { type AnyOptimizer, get as getOptimizer } from '../optimizers/registry.ts';
import type { ClassWeight } from './class-weight.ts';
import {
  type CompileArguments,
  checkCompileArguments,
  NOT_COMPILED,
  revived,
} from './compile-arguments.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import { type FitOptions, fit } from './fit.ts';
import type { BatchIterable } from './iterable-source.ts';
import { LossesContainer } from './losses-container.ts';
import { MetricsContainer } from './metrics-container.ts';
import { minimize } from './minimize.ts';
import { type OnBatchOptions, predictOnBatch, testOnBatch, trainOnBatch } from './on-batch.ts';
import { type PredictOptions, predict } from './predict.ts';
import { compileConfig, type TrainingConfig, trainingConfig } from './training-config.ts';
import type { TrainingState } from './training-state.ts';
import type { Batch, BatchTensors, Data, Logs, StepResults } from './types.ts';

/** What `compile` has made. */
interface Compiled {
  readonly args: CompileArguments;
  readonly losses: LossesContainer;
  readonly metrics: MetricsContainer;
}

/** A model that can be trained: the part of `tf.keras.Model` that compiles, fits, evaluates and predicts. */
export abstract class Trainer extends GraphModel {
  /** The optimizer that `compile` was given, or null. */
  optimizer: AnyOptimizer | null = null;
  /** True ends the running `fit` after the current epoch; callbacks set it. */
  stop_training: boolean = false;
  /** The results of the last `fit`. */
  history: History | null = null;
  /** Batches that the model has been trained on. */
  _train_counter: number = 0;
  /** An interrupted training to go on with; set by the callback that keeps it. */
  _training_state: TrainingState | null = null;
  #compiled: Compiled | null = null;

  /**
   * Says how the model is trained: the optimizer, and the losses and metrics of its outputs.
   * @throws NotFoundError for a name that Keras does not know.
   */
  compile(args: CompileArguments = {}): void {
    checkCompileArguments(args);
    const optimizer = getOptimizer(args.optimizer ?? 'rmsprop');
    const scales = this.dtype_policy.name === 'mixed_float16';
    this.optimizer =
      scales && !(optimizer instanceof LossScaleOptimizer)
        ? new LossScaleOptimizer({ inner_optimizer: optimizer })
        : optimizer;
    const names = this.output_names.length > 0 ? this.output_names : null;
    const loss = revived(args.loss, deserializeLoss);
    const metrics = revived(args.metrics, deserializeMetric);
    const weighted_metrics = revived(args.weighted_metrics, deserializeMetric);
    const { loss_weights = null, from_serialized = false } = args;
    this.#compiled = {
      args: { ...args, loss, metrics, weighted_metrics } as CompileArguments,
      losses: new LossesContainer(loss, loss_weights, names),
      metrics: new MetricsContainer(metrics, weighted_metrics, names, from_serialized),
    };
    this.stop_training = false;
  }

  #require(): Compiled {
    if (this.#compiled !== null) return this.#compiled;
    throw new TypeError(NOT_COMPILED);
  }

  get compiled(): boolean {
    return this.#compiled !== null;
  }

  /** Makes the model one that was never compiled. */
  _forget_compiled(): void {
    this.optimizer = null;
    this.#compiled = null;
  }

  /** Makes the losses and metrics of the outputs before the first batch, as Keras does for a model that it has loaded. */
  _build_compiled(): void {
    const graph = this._graph;
    if (graph === null) return;
    const outputs = graph.nested_outputs;
    const { losses, metrics } = this.#require();
    losses.build(outputs);
    metrics.build(mapStructure(outputs, () => null) as BatchTensors, outputs);
  }

  /** The losses that `compile` has made. */
  get compiled_loss(): LossesContainer {
    return this.#require().losses;
  }

  /** The metrics that `compile` has made. */
  get compiled_metrics(): MetricsContainer {
    return this.#require().metrics;
  }

  /** The arguments of `compile`. */
  get compile_arguments(): CompileArguments | null {
    return this.#compiled?.args ?? null;
  }

  /** The metrics of the model: means of the losses, those of `compile`, those that layers have added. */
  override get metrics(): AddedMetric[] {
    const { losses, metrics } = this.#compiled ?? { losses: null, metrics: null };
    const compiled: Metric[] = [...(losses?.metrics ?? []), ...(metrics?.metrics ?? [])];
    return [...new Set<AddedMetric>([...compiled, ...super.metrics])];
  }

  get metrics_names(): string[] {
    return this.metrics.map(({ name }) => name);
  }

  /** Forgets the batches that metrics have seen. */
  reset_metrics(): void {
    for (const metric of this.metrics) if (metric instanceof Metric) metric.reset_state();
  }

  /** The results of all metrics by name. */
  get_metrics_result(): Logs {
    const metrics = this.metrics.filter((metric) => metric instanceof Metric);
    return Object.fromEntries(metrics.map((metric) => [metric.name, metric.value()]));
  }

  /** Computes the loss of a batch, penalties and added losses included; null when there is none. */
  compute_loss(
    _x: BatchTensors,
    y: BatchTensors,
    y_pred: Tensors,
    sample_weight: BatchTensors,
  ): tf.Tensor | null {
    return this.compiled_loss.apply(y, y_pred as Nested<tf.Tensor>, sample_weight, this.losses);
  }

  /** Adds a batch to the metrics and gives the results so far. */
  compute_metrics(
    _x: BatchTensors,
    y: BatchTensors,
    y_pred: Tensors,
    sample_weight: BatchTensors,
  ): Logs {
    this.compiled_metrics.update_state(y, y_pred as Nested<tf.Tensor>, sample_weight);
    return this.get_metrics_result();
  }

  /** Trains on one batch and gives the results so far; subclasses may override it. */
  train_step([x, y, sample_weight]: Batch): StepResults {
    if (y === null && (this.compile_arguments?.loss ?? null) !== null) {
      throw new TypeError(
        'Target data is missing. The model was compiled with a loss, and therefore expects target data to be provided in `fit()`.',
      );
    }
    this._build_by_call(x as Tensors);
    const outputs: Tensors[] = [];
    this.minimize(() => {
      const y_pred = this.apply(x as Tensors, { training: true });
      keep(y_pred, true);
      outputs.push(y_pred);
      return this.compute_loss(x, y, y_pred, sample_weight);
    });
    const [y_pred] = outputs as [Tensors];
    const logs = this.compute_metrics(x, y, y_pred, sample_weight);
    keep(y_pred, false);
    return logs;
  }

  /**
   * Takes a step of the optimizer that makes a loss smaller.
   *
   * Tensors that `loss` makes are freed unless it keeps them with `tf.keep`.
   * @throws TypeError when there is no loss or no optimizer.
   */
  minimize(loss: () => tf.Tensor | null): void {
    minimize(this, loss);
  }

  /** Evaluates one batch and gives the results so far; subclasses may override it. */
  test_step([x, y, sample_weight]: Batch): StepResults {
    this._build_by_call(x as Tensors);
    const y_pred = this.apply(x as Tensors, { training: false });
    this.compute_loss(x, y, y_pred, sample_weight);
    return this.compute_metrics(x, y, y_pred, sample_weight);
  }

  /** Predicts one batch; subclasses may override it. */
  predict_step([x]: Batch): Tensors {
    this._build_by_call(x as Tensors);
    return this.apply(x as Tensors, { training: false });
  }

  /** Trains the model for a number of epochs; resolves to the results of each. */
  fit(x: Data | BatchIterable, y: Data | null = null, options: FitOptions = {}): Promise<History> {
    return fit(this, x, y, options);
  }

  /** Computes losses and metrics; resolves to the one, a list of them, or with `return_dict` all by name. */
  evaluate(
    x: Data | BatchIterable,
    y: Data | null,
    options: EvaluateOptions & { readonly return_dict: true },
  ): Promise<Logs>;
  evaluate(
    x: Data | BatchIterable,
    y?: Data | null,
    options?: EvaluateOptions,
  ): Promise<number | number[]>;
  evaluate(
    x: Data | BatchIterable,
    y: Data | null = null,
    options: EvaluateOptions = {},
  ): Promise<Logs | number | number[]> {
    return evaluate(this, x, y, options);
  }

  /** Computes the outputs of all samples; the caller disposes them. */
  predict<T extends Tensors = tf.Tensor>(
    x: Data | BatchIterable,
    options: PredictOptions = {},
  ): Promise<T> {
    return predict(this, x, options) as Promise<T>;
  }

  /** Trains on one batch; results are those of this batch unless `reset_metrics` is false. */
  train_on_batch(
    x: Data,
    y: Data | null = null,
    options: OnBatchOptions & { readonly class_weight?: ClassWeight | null } = {},
  ): Promise<Logs | number | number[]> {
    return trainOnBatch(this, x, y, options);
  }

  /** Evaluates one batch; results are those of this batch unless `reset_metrics` is false. */
  test_on_batch(
    x: Data,
    y: Data | null = null,
    options: OnBatchOptions = {},
  ): Promise<Logs | number | number[]> {
    return testOnBatch(this, x, y, options);
  }

  /** Computes the outputs of one batch; the caller disposes them. */
  predict_on_batch<T extends Tensors = tf.Tensor>(x: Data): Promise<T> {
    return predictOnBatch(this, x) as Promise<T>;
  }

  /** The training configuration as HDF5 files and SavedModels hold it; null for a model that is not compiled. */
  get_training_config(): TrainingConfig | null {
    return trainingConfig(this);
  }

  /** The arguments of `compile` as `.keras` files hold them; null for a model that is not compiled. */
  get_compile_config(): Record<string, unknown> | null {
    return compileConfig(this);
  }
}

/** Lets outputs and their masks outlive the scope they were made in, or frees them. */
function keep(outputs: Tensors, kept: boolean): void {
  for (const output of flatten<tf.Tensor>(outputs)) {
    for (const tensor of [output, get_mask(output)]) {
      if (tensor === null) continue;
      if (kept) tf.keep(tensor);
      else tensor.dispose();
    }
  }
}
