import type { LearningRateSchedule } from '../schedules/index.ts';
import { checkKeys } from './arguments.ts';

/** Arguments that all current optimizers take. */
export interface OptimizerConfig {
  readonly learning_rate?: number | LearningRateSchedule;
  readonly name?: string | null;
  /** Part of each variable that is taken away per step, times the learning rate. */
  readonly weight_decay?: number | null;
  /** Largest length of a gradient. */
  readonly clipnorm?: number | null;
  /** Largest size of a gradient's element. */
  readonly clipvalue?: number | null;
  /** Largest joint length of all gradients. */
  readonly global_clipnorm?: number | null;
  /** Whether to keep a moving average of each variable. */
  readonly use_ema?: boolean;
  readonly ema_momentum?: number;
  /** Steps after which the averages replace the variables; null: only at the end of a training. */
  readonly ema_overwrite_frequency?: number | null;
  /** Has no effect; configurations written by TensorFlow have it. */
  readonly jit_compile?: boolean;
  readonly is_legacy_optimizer?: boolean;
}

const COMMON_KEYS: readonly string[] = [
  'learning_rate',
  'name',
  'weight_decay',
  'clipnorm',
  'clipvalue',
  'global_clipnorm',
  'use_ema',
  'ema_momentum',
  'ema_overwrite_frequency',
  'jit_compile',
  'is_legacy_optimizer',
];

/** Checks the arguments of an optimizer of which `own_keys` are its own. */
export function checkConfig(
  className: string,
  config: OptimizerConfig,
  own_keys: readonly string[],
): void {
  checkKeys(className, config, [...COMMON_KEYS, ...own_keys]);
  const { use_ema = false, ema_momentum = 0.99 } = config;
  if (use_ema && !(ema_momentum >= 0 && ema_momentum <= 1)) {
    throw new RangeError(`${className}: ema_momentum is 0…1, not ${ema_momentum}.`);
  }
}
