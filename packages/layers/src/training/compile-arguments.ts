import { isPlainObject } from '../engine/nest.ts';
import { Loss, type LossFn } from '../losses/loss.ts';
import { serialize as serializeLoss } from '../losses/registry.ts';
import { Metric } from '../metrics/metric.ts';
import { serialize as serializeMetric } from '../metrics/registry.ts';
import type { AnyOptimizer } from '../optimizers/registry.ts';

/** What a loss or metric may be given as: a name, a configuration, a function or an object. */
export type Identifier<T> =
  | string
  | { readonly class_name: string; readonly config: object }
  | T
  | null;

/** One for all outputs, or one for each in a list or by output name. */
export type PerOutput<T> = T | readonly T[] | { readonly [output: string]: T };

/** Arguments of `compile`, under Keras's names. */
export interface CompileArguments {
  readonly optimizer?: string | object | AnyOptimizer | null;
  readonly loss?: PerOutput<Identifier<Loss | LossFn>> | null;
  readonly metrics?: PerOutput<unknown> | null;
  /** Factors of the outputs' losses. */
  readonly loss_weights?: PerOutput<number | null> | null;
  /** Metrics that sample weights and class weights weigh. */
  readonly weighted_metrics?: PerOutput<unknown> | null;
  /** Whether metrics have their final names already, as those of a saved training have. */
  readonly from_serialized?: boolean;
  /** Steps from one call of the hooks for batches to the next. */
  readonly steps_per_execution?: number | null;
  /** The next two change nothing that is computed; configurations of saved models have them. */
  readonly run_eagerly?: boolean | null;
  readonly jit_compile?: boolean | null;
}

const KEYS: readonly string[] = [
  'optimizer',
  'loss',
  'metrics',
  'loss_weights',
  'weighted_metrics',
  'from_serialized',
  'run_eagerly',
  'steps_per_execution',
  'jit_compile',
];

/** @throws TypeError for an argument that `compile` does not have. */
export function checkCompileArguments(args: object): void {
  for (const key of Object.keys(args)) {
    if (!KEYS.includes(key)) {
      throw new TypeError(`compile has no argument '${key}'; it has ${KEYS.join(', ')}.`);
    }
  }
}

/** Describes losses or metrics in lists and dictionaries as Keras saves them. */
export function serializeArguments(value: unknown, kind: 'loss' | 'metric'): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Metric) return serializeMetric(value);
  if (value instanceof Loss) return serializeLoss(value);
  if (typeof value === 'function') {
    return kind === 'loss' ? serializeLoss(value as LossFn) : serializeMetric(value as LossFn);
  }
  if (Array.isArray(value)) return value.map((item) => serializeArguments(item, kind));
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, serializeArguments(item, kind)]));
}

/** Makes objects of configurations in lists and dictionaries; names, functions and objects stay. */
export function revived(value: unknown, make: (config: unknown) => unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => revived(item, make));
  if (!isPlainObject(value)) return value;
  if (typeof value.class_name === 'string' && 'config' in value) return make(value);
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, revived(item, make)]));
}

/** What is said of a model that is trained or evaluated before it is compiled. */
export const NOT_COMPILED: string =
  'You must compile your model before training/testing. Use `model.compile({ optimizer, loss })`.';
