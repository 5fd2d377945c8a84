export {
  CosineDecay,
  type CosineDecayConfig,
  CosineDecayRestarts,
  type CosineDecayRestartsConfig,
} from './cosine.ts';
export { type DecayConfig, ExponentialDecay, InverseTimeDecay } from './decay.ts';
export { PiecewiseConstantDecay, type PiecewiseConstantDecayConfig } from './piecewise.ts';
export { PolynomialDecay, type PolynomialDecayConfig } from './polynomial.ts';
export { deserialize, serialize } from './registry.ts';
export { LearningRateSchedule } from './schedule.ts';
