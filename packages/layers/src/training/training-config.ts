import { isPlainObject } from '../engine/nest.ts';
import { serialize } from '../optimizers/registry.ts';
import { serializeArguments } from './compile-arguments.ts';
import type { OutputMetrics } from './metrics-container.ts';
import type { Trainer } from './trainer.ts';

/** What files hold of a compiled model, under Keras's names. */
export interface TrainingConfig {
  readonly loss: unknown;
  /** Metrics of each output; as they were given before the first batch; null when there are none. */
  readonly metrics: unknown;
  readonly weighted_metrics: unknown;
  readonly loss_weights: unknown;
  readonly optimizer_config: { readonly class_name: string; readonly config: unknown };
}

function metricsOf(
  given: unknown,
  outputs: readonly OutputMetrics[] | null,
  kind: keyof OutputMetrics,
): unknown {
  if (given === null || given === undefined) return null;
  // Before the first batch the metrics are not made yet: they are noted as they were given, so that they are not lost.
  if (outputs === null) return serializeArguments(given, 'metric');
  return outputs.map((output) => serializeArguments(output[kind], 'metric'));
}

/** Describes how a model was compiled, metrics resolved, as HDF5 files of TensorFlow 2.15 do. */
export function trainingConfig(model: Trainer): TrainingConfig | null {
  const { compile_arguments: args, optimizer } = model;
  if (args === null || optimizer === null) return null;
  const { outputs } = model.compiled_metrics;
  const described = serialize(optimizer);
  return {
    loss: serializeArguments(args.loss, 'loss'),
    metrics: metricsOf(args.metrics, outputs, 'plain'),
    weighted_metrics: metricsOf(args.weighted_metrics, outputs, 'weighted'),
    loss_weights: args.loss_weights ?? null,
    optimizer_config: described as TrainingConfig['optimizer_config'],
  };
}

/** Gives the arguments of `compile` with their objects described, as `.keras` files of TensorFlow 2.15 hold them. */
export function compileConfig(model: Trainer): Record<string, unknown> | null {
  const { compile_arguments: args, optimizer } = model;
  if (args === null || optimizer === null) return null;
  const given = args.optimizer ?? 'rmsprop';
  return {
    optimizer: typeof given === 'string' || isPlainObject(given) ? given : serialize(optimizer),
    loss: serializeArguments(args.loss, 'loss'),
    metrics: serializeArguments(args.metrics, 'metric'),
    loss_weights: args.loss_weights ?? null,
    weighted_metrics: serializeArguments(args.weighted_metrics, 'metric'),
    run_eagerly: args.run_eagerly ?? null,
    steps_per_execution: args.steps_per_execution ?? null,
    jit_compile: args.jit_compile ?? null,
  };
}
