import * as tf from '@tensorflow/tfjs-core';
import type { History } from '../callbacks/history.ts';
import { get_mask } from '../engine/mask.ts';
import { valuesIn } from '../engine/rows.ts';
import type { Nested, Outputs, Tensors } from '../engine/types.ts';
import type { ClassWeight } from './class-weight.ts';
import { CompiledModel } from './compiled-model.ts';
import type { StepFunction } from './epoch-reader.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import { type FitOptions, fit } from './fit.ts';
import type { BatchIterable } from './iterable-source.ts';
import { minimize } from './minimize.ts';
import { type OnBatchOptions, predictOnBatch, testOnBatch, trainOnBatch } from './on-batch.ts';
import { joined, type PredictOptions, predict, predictBatch } from './predict.ts';
import { runResults } from './run.ts';
import { compileConfig, type TrainingConfig, trainingConfig } from './training-config.ts';
import type { TrainingState } from './training-state.ts';
import type { Batch, BatchTensors, Data, Logs, StepResults } from './types.ts';

/** A model that can be trained: the part of `tf.keras.Model` that compiles, fits, evaluates and predicts. */
export abstract class Trainer extends CompiledModel {
  /** The results of the last `fit`. */
  history: History | null = null;
  /** Batches that the last `fit` has trained on, and those of single batches since. */
  _train_counter: number = 0;
  /** An interrupted training to go on with; set by the callback that keeps it. */
  _training_state: TrainingState | null = null;

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

  /** Makes the function that `fit` and `train_on_batch` call to take one step or several; subclasses may override it. */
  make_train_function(): StepFunction<Logs> {
    return stepFunction((batch) => {
      this._train_counter += 1;
      return runResults(batch, (data) => this.train_step(data));
    });
  }

  /** Makes the function that `evaluate` and `test_on_batch` call; subclasses may override it. */
  make_test_function(): StepFunction<Logs> {
    return stepFunction((batch) => runResults(batch, (data) => this.test_step(data)));
  }

  /** Makes the function that `predict` and `predict_on_batch` call; subclasses may override it. */
  make_predict_function(): StepFunction<Tensors> {
    return async (reader) => {
      const outputs: Tensors[] = [];
      for (let k = 0; k < reader.steps; k += 1) {
        outputs.push(predictBatch(this, await reader.next()));
      }
      return joined(outputs);
    };
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
  ): Promise<Record<string, number>>;
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
  predict<T extends Outputs = tf.Tensor>(
    x: Data | BatchIterable,
    options: PredictOptions = {},
  ): Promise<T> {
    return predict(this, x, options) as Promise<Outputs> as Promise<T>;
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
  predict_on_batch<T extends Outputs = tf.Tensor>(x: Data): Promise<T> {
    return predictOnBatch(this, x) as Promise<Outputs> as Promise<T>;
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
  for (const output of valuesIn(outputs)) {
    for (const tensor of [output, get_mask(output)]) {
      if (tensor === null) continue;
      if (kept) tf.keep(tensor);
      else tensor.dispose();
    }
  }
}

/** Takes the steps that it is asked for, and gives the results of the last one. */
function stepFunction(step: (batch: Batch) => Logs): StepFunction<Logs> {
  return async (reader) => {
    let logs: Logs = {};
    for (let k = 0; k < reader.steps; k += 1) logs = step(await reader.next());
    return logs;
  };
}
