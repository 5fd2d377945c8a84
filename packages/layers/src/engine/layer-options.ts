import type { DType } from '@km/core';
import type { PolicyLike } from './policy.ts';
import type { Config, Constraint, Initializer, Regularizer, Shape } from './types.ts';
import type { AssignableValue } from './variable-values.ts';

/** The arguments that every layer takes, under Keras's names. */
export interface LayerConfig {
  readonly name?: string | null | undefined;
  readonly trainable?: boolean | undefined;
  /** A dtype name, a policy, or a serialized policy. */
  readonly dtype?: PolicyLike;
  readonly dynamic?: boolean | undefined;
  /** Shape of one example, without the batch axis. */
  readonly input_shape?: Shape | undefined;
  readonly batch_input_shape?: Shape | undefined;
  readonly batch_size?: number | null | undefined;
  readonly input_dim?: number | undefined;
  /** First values of the weights, in their order. */
  readonly weights?: readonly AssignableValue[] | null | undefined;
  readonly activity_regularizer?: string | Config | Regularizer | null | undefined;
  readonly autocast?: boolean | undefined;
  readonly implementation?: number | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  'name',
  'trainable',
  'dtype',
  'dynamic',
  'input_shape',
  'batch_input_shape',
  'batch_size',
  'input_dim',
  'weights',
  'activity_regularizer',
  'autocast',
  'implementation',
]);

/** @throws TypeError that names the first argument no layer has. */
export function checkLayerConfig(config: LayerConfig): void {
  for (const key of Object.keys(config)) {
    if (!KNOWN.has(key)) throw new TypeError(`Keyword argument not understood: '${key}'`);
  }
  const { name, trainable } = config;
  if (name !== null && name !== undefined && typeof name !== 'string') {
    throw new TypeError(`Expected \`name\` argument to be a string, but got: ${String(name)}`);
  }
  if (trainable !== undefined && typeof trainable !== 'boolean') {
    throw new TypeError(
      `Expected \`trainable\` argument to be a boolean, but got: ${String(trainable)}`,
    );
  }
}

/** The full input shape that the arguments of a first layer state, or `null`. */
export function batchInputShape(config: LayerConfig): Shape | null {
  if (config.batch_input_shape !== undefined) return config.batch_input_shape;
  const { input_dim } = config;
  const example = config.input_shape ?? (input_dim === undefined ? undefined : [input_dim]);
  return example === undefined ? null : [config.batch_size ?? null, ...example];
}

/** How a weight is made. */
export interface WeightOptions {
  readonly name: string;
  readonly shape?: readonly number[];
  readonly dtype?: DType | undefined;
  readonly initializer?: string | Config | Initializer | null | undefined;
  readonly regularizer?: string | Config | Regularizer | null | undefined;
  readonly constraint?: string | Config | Constraint | null | undefined;
  readonly trainable?: boolean | null | undefined;
  /** False for a weight that is used in its own dtype under mixed precision. */
  readonly experimental_autocast?: boolean | undefined;
  /** `on_read` makes the weight non-trainable, as Keras does. */
  readonly synchronization?: 'auto' | 'none' | 'on_read' | 'on_write' | undefined;
}
