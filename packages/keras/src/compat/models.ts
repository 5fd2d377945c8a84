import type { Model } from '@km/layers';
import type { Filepath } from '../paths/filepath.ts';
import { type SaveModelRest, saveModelArguments, saveModelAs } from '../save-model.ts';

export { type LoadModelArguments, type LoadModelRest, load_model } from '../load-model.ts';
export type { SaveModelArguments, SaveModelRest } from '../save-model.ts';

/** Saves a model as `models.save_model` does, but as HDF5 where neither the path nor `save_format` says otherwise. */
export async function save_model(
  model: Model,
  filepath: Filepath,
  ...rest: SaveModelRest
): Promise<void> {
  await saveModelAs(model, filepath, saveModelArguments(rest), 'h5');
}
