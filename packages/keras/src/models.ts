import { models } from '@km/layers';

export { Functional, Model, Sequential } from '@km/layers';
export type { LoadReport } from './load/load-report.ts';
export { load_report } from './load/reports.ts';
export { type LoadModelArguments, type LoadModelRest, load_model } from './load-model.ts';
export { type SaveModelArguments, type SaveModelRest, save_model } from './save-model.ts';

/** Makes a model with the same architecture and new weights. */
export const clone_model: typeof models.clone_model = models.clone_model;
/** Makes a model, without weights, from `{class_name, config}`. */
export const model_from_config: typeof models.model_from_config = models.model_from_config;
/** Makes a model, without weights, from the text of `to_json`. */
export const model_from_json: typeof models.model_from_json = models.model_from_json;
