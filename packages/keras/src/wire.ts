import { provide_saving } from '@km/layers';
import { type LoadWeightsRest, loadWeights } from './load-weights.ts';
import type { Filepath } from './paths/filepath.ts';
import { prepare } from './prepare.ts';
import { type SaveModelRest, save_model } from './save-model.ts';
import { type SaveWeightsRest, saveWeights } from './save-weights.ts';

/** Gives models their methods `save`, `save_weights` and `load_weights`, and a backend when they are first trained. */
export function wireModels(): void {
  provide_saving({
    prepare,
    save_model: (model, filepath, ...rest) =>
      save_model(model, filepath as Filepath, ...(rest as SaveModelRest)),
    save_weights: (model, filepath, ...rest) =>
      saveWeights(model, filepath as Filepath, ...(rest as SaveWeightsRest)),
    load_weights: (model, filepath, ...rest) =>
      loadWeights(model, filepath as Filepath, ...(rest as LoadWeightsRest)),
  });
}
