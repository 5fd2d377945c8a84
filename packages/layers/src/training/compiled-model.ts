import { GraphModel } from '../engine/graph-model.ts';
import { mapStructure } from '../engine/nest.ts';
import type { AddedMetric } from '../engine/providers.ts';
import { deserialize as deserializeLoss } from '../losses/registry.ts';
import { Metric } from '../metrics/metric.ts';
import { deserialize as deserializeMetric } from '../metrics/registry.ts';
import { LossScaleOptimizer } from '../optimizers/loss-scale-optimizer.ts';
import { type AnyOptimizer, get as getOptimizer } from '../optimizers/registry.ts';
import {
  type CompileArguments,
  checkCompileArguments,
  NOT_COMPILED,
  revived,
} from './compile-arguments.ts';
import { type TrainableState, trainableState } from './compiled-state.ts';
import { LossesContainer } from './losses-container.ts';
import { MetricsContainer } from './metrics-container.ts';
import type { BatchTensors, Logs } from './types.ts';

/** What `compile` has made. */
interface Compiled {
  readonly trainable: TrainableState;
  readonly args: CompileArguments;
  readonly losses: LossesContainer;
  readonly metrics: MetricsContainer;
}

/** A model that is told how it is to be trained: the part of `tf.keras.Model` that compiles. */
export abstract class CompiledModel extends GraphModel {
  /** The optimizer that `compile` was given, or null. */
  optimizer: AnyOptimizer | null = null;
  /** True ends the running `fit` after the current epoch; callbacks set it. */
  stop_training: boolean = false;
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
      trainable: trainableState(this),
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

  /** Whether `compile` was told so; steps are computed as they come either way. */
  get run_eagerly(): boolean {
    return this.#compiled?.args.run_eagerly ?? false;
  }

  /** Steps from one call of the hooks for batches to the next, as `compile` was told. */
  get steps_per_execution(): number {
    return this.#compiled?.args.steps_per_execution ?? 1;
  }

  /** The layers that are trained until the next `compile`. */
  get _compiled_trainable(): TrainableState | null {
    return this.#compiled?.trainable ?? null;
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
}
