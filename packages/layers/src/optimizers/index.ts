export * as schedules from '../schedules/index.ts';
export { Adadelta, type AdadeltaConfig } from './adadelta.ts';
export { Adafactor, type AdafactorConfig } from './adafactor.ts';
export { Adagrad, type AdagradConfig } from './adagrad.ts';
export { Adam, type AdamConfig, AdamW } from './adam.ts';
export { Adamax, type AdamaxConfig } from './adamax.ts';
export { Ftrl, type FtrlConfig } from './ftrl.ts';
export { type Gradient, type GradientAndVariable, IndexedSlices } from './gradient.ts';
export * as legacy from './legacy/index.ts';
export { Lion, type LionConfig } from './lion.ts';
export {
  type DynamicLossScale,
  LossScaleOptimizer,
  type LossScaleOptimizerConfig,
} from './loss-scale-optimizer.ts';
export { Nadam, type NadamConfig } from './nadam.ts';
export { Optimizer } from './optimizer.ts';
export type { OptimizerConfig } from './optimizer-config.ts';
export { type AnyOptimizer, deserialize, get, serialize } from './registry.ts';
export { RMSprop, type RMSpropConfig } from './rmsprop.ts';
export { SGD, type SGDConfig } from './sgd.ts';
export type { DecayExemptions } from './weight-decay.ts';
