import * as tf from '@tensorflow/tfjs-core';
import { InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { allBorders, type Border, bordered } from './borders.ts';

/** Base of the layers that add zeros at the ends of spatial axes. */
export abstract class BaseZeroPadding extends Layer {
  readonly #all: readonly Border[];

  constructor(spatial: readonly Border[], channelsFirst: boolean, config: LayerConfig) {
    super(config);
    this.#all = allBorders(spatial, channelsFirst);
    this.input_spec = new InputSpec({ ndim: spatial.length + 2 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.pad(
      inputs,
      this.#all.map(([before, after]) => [before, after]),
    );
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return bordered(input_shape, this.#all, 1);
  }
}
