import * as tf from '@tensorflow/tfjs-core';
import { get_mask } from '../engine/mask.ts';
import { flatten } from '../engine/nest.ts';
import type { Nested } from '../engine/types.ts';
import type { Loss } from '../losses/loss.ts';
import { type Compared, raggedLoss } from '../losses/ragged-loss.ts';
import { loss_object } from '../losses/registry.ts';
import { apply_mask } from '../losses/weighting.ts';
import { Mean } from '../metrics/mean.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { matchRank } from './match.ts';
import { perOutput, pseudoOutputNames } from './outputs.ts';
import type { BatchTensors } from './types.ts';

/** What belongs to one output. */
interface OutputLoss {
  readonly loss: Loss | null;
  readonly weight: number | null;
  /** Mean of the output's loss; only models with several outputs have it. */
  readonly metric: Mean | null;
}

/** The losses of a compiled model and their means over an epoch. */
export class LossesContainer {
  readonly #loss: unknown;
  readonly #loss_weights: unknown;
  readonly #names: readonly string[] | null;
  readonly #total: Mean = new Mean({ name: 'loss' });
  #outputs: readonly OutputLoss[] | null = null;

  /** Takes losses and weights as `compile` gets them; names are those of the model's outputs. */
  constructor(loss: unknown, loss_weights: unknown, output_names: readonly string[] | null) {
    this.#loss = loss;
    this.#loss_weights = loss_weights;
    this.#names = output_names;
  }

  /** The mean loss, then those of the outputs. */
  get metrics(): readonly Mean[] {
    if (this.#outputs === null) return [];
    const each = this.#outputs.map(({ metric }) => metric).filter((metric) => metric !== null);
    return [this.#total, ...each];
  }

  /** Makes the losses of the outputs, once. */
  build(y_pred: Nested<unknown>): readonly OutputLoss[] {
    if (this.#outputs !== null) return this.#outputs;
    const names = this.#names ?? pseudoOutputNames(y_pred);
    const losses = perOutput<unknown>(y_pred, names, this.#loss, 'losses');
    const weights = perOutput<number | null>(y_pred, names, this.#loss_weights, 'loss weights');
    this.#outputs = losses.map((identifier, i) => {
      const loss = loss_object(identifier);
      const counted = loss !== null && losses.length > 1;
      return {
        loss,
        weight: weights[i] ?? null,
        metric: counted ? new Mean({ name: `${names[i] ?? ''}_loss` }) : null,
      };
    });
    return this.#outputs;
  }

  /** Computes the loss of a batch and adds it to the means; null when there is nothing to minimize. */
  apply(
    y: BatchTensors,
    y_pred: Nested<tf.Tensor>,
    sample_weight: BatchTensors,
    regularization_losses: readonly tf.Tensor[],
  ): tf.Tensor | null {
    const outputs = this.build(y_pred);
    const names = this.#names ?? pseudoOutputNames(y_pred);
    const predictions = flatten<tf.Tensor>(y_pred);
    const labels = perOutput<tf.Tensor | null>(y_pred, names, y, 'labels');
    const weights = perOutput<tf.Tensor | null>(y_pred, names, sample_weight, 'sample weights');
    let batch: number | null = null;
    const values: tf.Tensor[] = [];
    outputs.forEach(({ loss, weight, metric }, i) => {
      const label = labels[i] ?? null;
      if (loss === null || label === null) return;
      const value = lossOf(loss, label, predictions[i] as tf.Tensor, weights[i] ?? null);
      batch ??= label.shape[0] ?? 1;
      metric?.add_sums(meanOf(value) * batch, batch);
      values.push(weight === null ? value : tf.mul(value, weight));
    });
    if (regularization_losses.length > 0) values.push(tf.addN([...regularization_losses]));
    const [first, ...others] = values;
    if (first === undefined) return null;
    const total = others.reduce((sum, value) => tf.add(sum, value), first);
    const count = batch ?? 1;
    this.#total.add_sums(meanOf(total) * count, count);
    // A loss without reduction is minimized in sum, as gradients of several values are.
    return total.rank === 0 ? total : tf.sum(total);
  }

  /** Forgets the batches so far. */
  reset_state(): void {
    for (const metric of this.metrics) metric.reset_state();
  }
}

function lossOf(
  loss: Loss,
  label: Compared,
  prediction: Compared,
  weight: tf.Tensor | null,
): tf.Tensor {
  if (label instanceof RaggedTensor || prediction instanceof RaggedTensor) {
    return raggedLoss(loss, label, prediction, weight);
  }
  const matched = matchRank(label, prediction, weight);
  const weights = apply_mask(matched.sample_weight, get_mask(prediction));
  return loss.apply(matched.y_true, prediction, weights);
}

function meanOf(values: tf.Tensor): number {
  const mean = values.rank === 0 ? values : tf.mean(values);
  return mean.dataSync()[0] as number;
}
