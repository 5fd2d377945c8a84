import {
  type CustomObjects,
  deserialize_keras_object,
  getClassName,
  type Registrable,
  serialize_keras_object,
} from '../engine/registry.ts';
import type { Config } from '../engine/types.ts';
import { CosineDecay, CosineDecayRestarts } from './cosine.ts';
import { ExponentialDecay, InverseTimeDecay } from './decay.ts';
import { PiecewiseConstantDecay } from './piecewise.ts';
import { PolynomialDecay } from './polynomial.ts';
import { LearningRateSchedule } from './schedule.ts';

function builtins(): ReadonlyMap<string, Registrable> {
  const classes = [
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
  ];
  return new Map(classes.map((type) => [getClassName(type), type] as const));
}

/** Makes a schedule from what `serialize` gave. */
export function deserialize(config: unknown, custom_objects?: CustomObjects): LearningRateSchedule {
  const found = deserialize_keras_object(config, builtins(), custom_objects, 'decay');
  if (found instanceof LearningRateSchedule) return found;
  throw new TypeError(`${JSON.stringify(config)} is no learning rate schedule.`);
}

/** Describes a schedule as Keras saves it. */
export function serialize(schedule: LearningRateSchedule): unknown {
  return serialize_keras_object(schedule);
}

/** An optimizer's arguments with the schedule that `learning_rate` describes. */
export function schedule_or_number(config: Config, custom_objects?: CustomObjects): Config {
  const { learning_rate } = config;
  if (typeof learning_rate !== 'object' || learning_rate === null) return config;
  return {
    ...config,
    learning_rate:
      learning_rate instanceof LearningRateSchedule
        ? learning_rate
        : deserialize(learning_rate, custom_objects),
  };
}

/** What a configuration notes of a learning rate: its number or its schedule. */
export function schedule_config(
  rate: LearningRateSchedule | { values(): ArrayLike<number> },
): unknown {
  return rate instanceof LearningRateSchedule ? serialize(rate) : rate.values()[0];
}
