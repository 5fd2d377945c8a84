import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { model_from_json } from '../../packages/layers/src/models/index.ts';
import type { Logs } from '../../packages/layers/src/training/index.ts';
import {
  compareEvaluation,
  compareHistory,
  comparePredictions,
  compareScale,
  compareVariables,
  compileAs,
  openTraining,
  type Row,
  resetStates,
  rows,
  runOf,
  type TrainingRun,
} from './training-case.ts';

/** Runs a recorded training from its architecture and initial weights; returns the largest difference. */
export async function runTraining(folder: string): Promise<number> {
  const training = await openTraining(folder);
  const model = model_from_json(await readFile(path.join(folder, 'model.json'), 'utf8'));
  const run = runOf(training, model);
  setWeights(run);
  compileAs(training, model);
  await compareRun(run);
  return run.compare.difference;
}

function setWeights({ golden, container, model }: TrainingRun): void {
  const recorded = rows(golden.initial_weights);
  const { weights } = model;
  if (weights.length !== recorded.length) {
    throw new Error(`the model has ${weights.length} weights, recorded are ${recorded.length}`);
  }
  weights.forEach((variable, i) => {
    variable.assign(container.tensor(recorded[i]?.value));
  });
}

async function compareRun(run: TrainingRun): Promise<void> {
  const { golden, container, model, x, y, fit } = run;
  // Other versions number the layers inside of recurrent ones in another way.
  const named = container.tensorflow.startsWith('2.15');
  await comparePredictions('predict_initial', run);
  await compareEvaluation('evaluate_initial', run);
  const first = await model.fit(x, y, { ...fit, epochs: 1 });
  compareScale('loss_scale_after_epoch_1', run);
  compareVariables('weights_after_epoch_1', model.weights, run, named);
  compareVariables('optimizer_after_epoch_1', model.optimizer?.variables ?? [], run, named);
  await comparePredictions('predict_after_epoch_1', run);
  await compareEvaluation('evaluate_after_epoch_1', run);
  resetStates(run);
  const rest = await model.fit(x, y, { ...fit, epochs: 3, initial_epoch: 1 });
  const history = joined(first.history as Logs, rest.history as Logs);
  compareHistory(history, golden.history as Row, run);
  compareVariables('final_weights', model.weights, run, named);
  compareVariables('final_optimizer', model.optimizer?.variables ?? [], run, named);
  compareScale('final_loss_scale', run);
  resetStates(run);
  await compareEvaluation('evaluate_final', run);
  resetStates(run);
  await comparePredictions('predict_final', run);
}

function joined(first: Logs, rest: Logs): Logs {
  return Object.fromEntries(
    Object.entries(first).map(([name, values]) => [
      name,
      [...(values as number[]), ...((rest[name] as number[] | undefined) ?? [])],
    ]),
  );
}
