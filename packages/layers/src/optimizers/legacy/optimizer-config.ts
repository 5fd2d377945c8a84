import type { LearningRateSchedule } from '../../schedules/index.ts';
import { checkKeys } from '../arguments.ts';

/** Arguments that all legacy optimizers take. */
export interface LegacyOptimizerConfig {
  readonly learning_rate?: number | LearningRateSchedule;
  /** Old name of `learning_rate`. */
  readonly lr?: number;
  /** How much the learning rate falls: it is divided by `1 + decay · step`. */
  readonly decay?: number;
  readonly name?: string | null;
  readonly clipnorm?: number | null;
  readonly clipvalue?: number | null;
  readonly global_clipnorm?: number | null;
  readonly is_legacy_optimizer?: boolean;
}

const COMMON_KEYS: readonly string[] = [
  'learning_rate',
  'lr',
  'decay',
  'name',
  'clipnorm',
  'clipvalue',
  'global_clipnorm',
  'is_legacy_optimizer',
];

/** Checks the arguments of a legacy optimizer of which `own_keys` are its own. */
export function checkLegacyConfig(
  className: string,
  config: LegacyOptimizerConfig,
  own_keys: readonly string[],
): void {
  checkKeys(className, config, [...COMMON_KEYS, ...own_keys]);
  for (const key of ['decay', 'clipnorm', 'clipvalue', 'global_clipnorm', 'lr'] as const) {
    const value = config[key];
    if (typeof value === 'number' && value < 0) {
      throw new RangeError(`${className}: ${key} is not negative, unlike ${value}.`);
    }
  }
}
