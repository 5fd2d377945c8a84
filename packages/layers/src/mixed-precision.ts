/** What Keras has under `keras.mixed_precision`. */
export { global_policy, Policy, set_global_policy } from './engine/policy.ts';
export { LossScaleOptimizer } from './optimizers/index.ts';
