import { LearningRateSchedule } from '../schedules/index.ts';
import type { Trainer } from '../training/trainer.ts';

/**
 * Reads the learning rate of a model's optimizer.
 * @throws TypeError when it follows a schedule, or the model is not compiled.
 */
export function learningRateOf(model: Trainer): number {
  const rate = model.optimizer?.learning_rate;
  if (rate === undefined) throw new TypeError('The model is not compiled: it has no optimizer.');
  if (rate instanceof LearningRateSchedule) {
    throw new TypeError('The optimizer follows a schedule: its learning rate cannot be set.');
  }
  return rate.values()[0] as number;
}

/** Sets the learning rate of a model's optimizer. */
export function setLearningRate(model: Trainer, rate: number): void {
  if (model.optimizer !== null) model.optimizer.learning_rate = rate;
}
