import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { models } from '@km/keras';
import type { Model } from '../../packages/layers/src/engine/model.ts';
import { LossScaleOptimizer } from '../../packages/layers/src/optimizers/index.ts';
import type { Logs } from '../../packages/layers/src/training/index.ts';
import {
  compareEvaluation,
  compareHistory,
  comparePredictions,
  compareScale,
  compareVariables,
  compileAs,
  isLegacy,
  openTraining,
  type Row,
  resetStates,
  runOf,
  type TrainingCase,
  type TrainingRun,
} from './training-case.ts';

/** The forms in which the models of a recorded training are saved after its first epoch. */
export const FORMS = [
  'h5',
  'savedmodel',
  'keras',
  'weights_tf',
  'weights_h5',
  'weights_v3',
] as const;

/** One of the saved forms. */
export type Form = (typeof FORMS)[number];

/** The forms that TensorFlow saved. */
export function formsOf({ golden }: TrainingCase): readonly Form[] {
  return FORMS.filter((form) => form in (golden.files as Row));
}

/**
 * Loads a model as TensorFlow saved it after an epoch, trains it for the other two, and compares everything with the
 * uninterrupted run; returns the largest difference.
 */
export async function runContinuation(folder: string, form: Form): Promise<number> {
  const training = await openTraining(folder);
  const model = await loadForm(training, form);
  const run = runOf(training, model);
  compareVariables('weights_after_epoch_1', model.weights, run, false);
  if (holdsState(training, form)) {
    compareVariables('optimizer_after_epoch_1', model.optimizer?.variables ?? [], run, false);
    if (holdsScale(form)) compareScale('loss_scale_after_epoch_1', run);
  }
  requireMatched(model);
  // The recorded predictions of a stateful model go on from the states of its training, which no file holds.
  if (!model.layers.some(({ stateful }) => stateful)) {
    await comparePredictions('predict_after_epoch_1', run);
    await compareEvaluation('evaluate_after_epoch_1', run);
  }
  if (holdsState(training, form) && !holdsScale(form)) setScale(run);
  await goOn(run, form);
  return run.compare.difference;
}

/** Loads a saved form; weights go into a model of the recorded architecture, compiled as it was. */
async function loadForm(training: TrainingCase, form: Form): Promise<Model> {
  const { folder, golden } = training;
  const file = path.join(folder, String((golden.files as Row)[form]));
  if (!form.startsWith('weights')) return models.load_model(file);
  const model = models.model_from_json(await readFile(path.join(folder, 'model.json'), 'utf8'));
  compileAs(training, model);
  await model.load_weights(file);
  return model;
}

async function goOn(run: TrainingRun, form: Form): Promise<void> {
  const { golden, model, x, y, fit } = run;
  resetStates(run);
  const { history } = await model.fit(x, y, { ...fit, epochs: 3, initial_epoch: 1 });
  if (!holdsState(run, form) || losesScaling(run)) {
    // TensorFlow's own continuation from the file, with a new optimizer.
    const resumed = (golden.resumed as Row)[form] as Row;
    const fresh = resumed.history as Row | undefined;
    compareHistory(history as Logs, fresh ?? (golden.history as Row), run, fresh ? 0 : 1);
    return;
  }
  compareHistory(history as Logs, golden.history as Row, run, 1);
  compareVariables('final_weights', model.weights, run, false);
  compareVariables('final_optimizer', model.optimizer?.variables ?? [], run, false);
  if (holdsScale(form)) compareScale('final_loss_scale', run);
  resetStates(run);
  await compareEvaluation('evaluate_final', run);
  resetStates(run);
  await comparePredictions('predict_final', run);
}

/** Legacy weights hold no state of the optimizer, and v3 files none of a legacy optimizer. */
function holdsState(training: TrainingCase, form: Form): boolean {
  if (form === 'weights_h5') return false;
  return !(isLegacy(training) && (form === 'keras' || form === 'weights_v3'));
}

/** The state of a loss scale stands in object graphs only. */
const holdsScale = (form: Form): boolean => form === 'savedmodel' || form === 'weights_tf';

/** TensorFlow notes the optimizer in `.keras` files as `compile` got it: without the scaling that it added itself. */
function losesScaling({ golden, model: { optimizer } }: TrainingRun): boolean {
  return (golden.loss_scale_after_epoch_1 ?? null) !== null && !isScaling(optimizer);
}

/** Sets the scale that a file does not hold, so that everything else can be compared. */
function setScale({ golden, model: { optimizer } }: TrainingRun): void {
  const recorded = golden.loss_scale_after_epoch_1 as Row | null | undefined;
  if (!recorded || !isScaling(optimizer)) return;
  optimizer._loss_scale?.current_loss_scale.assign(Number(recorded.loss_scale));
  optimizer._loss_scale?.good_steps.assign(Number(recorded.dynamic_counter));
}

function isScaling(optimizer: object | null): optimizer is LossScaleOptimizer {
  return optimizer instanceof LossScaleOptimizer;
}

function requireMatched(model: Model): void {
  const missing = models.load_report(model)?.missing ?? ['all'];
  if (missing.length > 0) throw new Error(`no value for ${missing.join(', ')}`);
}
