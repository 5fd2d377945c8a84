import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../engine/variable.ts';
import type { Gradient, GradientAndVariable } from '../optimizers/gradient.ts';
import * as legacy from '../optimizers/legacy/index.ts';
import { LossScaleOptimizer } from '../optimizers/loss-scale-optimizer.ts';
import { Nadam } from '../optimizers/nadam.ts';
import type { AnyOptimizer } from '../optimizers/registry.ts';
import { disposeGradients, gradients } from './gradients.ts';
import type { Trainer } from './trainer.ts';

/** Takes a step of a model's optimizer that makes a loss smaller. */
export function minimize(model: Trainer, loss: () => tf.Tensor | null): void {
  const { optimizer } = model;
  if (optimizer === null) throw new TypeError('The model is not compiled: it has no optimizer.');
  const variables = model.trainable_variables;
  const value = lossOf(loss);
  if (optimizer instanceof LossScaleOptimizer) {
    applyGradients(
      optimizer,
      variables,
      () => optimizer.get_scaled_loss(value()),
      (found) => optimizer.get_unscaled_gradients(found),
    );
  } else {
    applyGradients(optimizer, variables, value, (found) => found);
  }
}

function lossOf(loss: () => tf.Tensor | null): () => tf.Tensor {
  return () => {
    const value = loss();
    if (value !== null) return value;
    throw new TypeError(
      'No loss found. You may have forgotten to provide a `loss` argument in the `compile()` method.',
    );
  };
}

function applyGradients(
  optimizer: AnyOptimizer,
  variables: readonly Variable[],
  loss: () => tf.Tensor,
  transform: (gradients: readonly Gradient[]) => readonly Gradient[],
): void {
  const inner = optimizer instanceof LossScaleOptimizer ? optimizer.inner_optimizer : optimizer;
  // Only the legacy optimizers tell rows without a gradient from rows whose gradient is zero.
  const sparse = inner instanceof legacy.Optimizer;
  if (inner instanceof Nadam) inner.traced = true;
  const found = gradients(loss, variables, { sparse });
  tf.tidy(() => {
    const pairs = transform(found.gradients).map(
      (gradient, i): GradientAndVariable => [gradient, variables[i] as Variable],
    );
    optimizer.apply_gradients(pairs);
  });
  found.loss.dispose();
  disposeGradients(found.gradients);
}
