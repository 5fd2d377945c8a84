import type * as tf from '@tensorflow/tfjs-core';
import type { KerasTensor } from '../../engine/keras-tensor.ts';
import type { Layer, LayerConfig } from '../base.ts';
import { Add } from './add.ts';
import { Average } from './average.ts';
import { Concatenate, type ConcatenateConfig } from './concatenate.ts';
import { Dot, type DotConfig } from './dot.ts';
import { Maximum } from './maximum.ts';
import { Minimum } from './minimum.ts';
import { Multiply } from './multiply.ts';
import { Subtract } from './subtract.ts';

/** A list of tensors, or of tensors of a model that is being built, and arguments of the layer; returns its output. */
export interface MergeFunction<C> {
  (inputs: readonly KerasTensor[], config?: C): KerasTensor;
  (inputs: readonly tf.Tensor[], config?: C): tf.Tensor;
}

function merger<C>(make: (config?: C) => Layer): MergeFunction<C> {
  const run = (inputs: readonly never[], config?: C): unknown => make(config).apply(inputs);
  return run as MergeFunction<C>;
}

/** Makes an `Add` layer and calls it. */
export const add: MergeFunction<LayerConfig> = merger((config) => new Add(config));

/** Makes a `Subtract` layer and calls it. */
export const subtract: MergeFunction<LayerConfig> = merger((config) => new Subtract(config));

/** Makes a `Multiply` layer and calls it. */
export const multiply: MergeFunction<LayerConfig> = merger((config) => new Multiply(config));

/** Makes an `Average` layer and calls it. */
export const average: MergeFunction<LayerConfig> = merger((config) => new Average(config));

/** Makes a `Maximum` layer and calls it. */
export const maximum: MergeFunction<LayerConfig> = merger((config) => new Maximum(config));

/** Makes a `Minimum` layer and calls it. */
export const minimum: MergeFunction<LayerConfig> = merger((config) => new Minimum(config));

/** Makes a `Concatenate` layer and calls it. */
export const concatenate: MergeFunction<ConcatenateConfig> = merger(
  (config) => new Concatenate(config),
);

/** Makes a `Dot` layer and calls it; without `axes` it multiplies along the last axes. */
export const dot: MergeFunction<Partial<DotConfig>> = merger(
  (config) => new Dot({ axes: -1, ...config }),
);
