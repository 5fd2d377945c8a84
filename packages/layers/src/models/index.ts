export { Functional, Model } from '../engine/model.ts';
export { Sequential } from '../engine/sequential.ts';
export { type CloneFunction, clone_model } from './clone-model.ts';
export { model_from_config, model_from_json } from './model-from-config.ts';
