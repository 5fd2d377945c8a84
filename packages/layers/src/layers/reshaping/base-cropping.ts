import * as tf from '@tensorflow/tfjs-core';
import { InputSpec, Layer, type LayerConfig, type Shape } from '../base.ts';
import { showShape } from '../shapes.ts';
import { allBorders, type Border, bordered } from './borders.ts';

/** Base of the layers that cut the ends of spatial axes. */
export abstract class BaseCropping extends Layer {
  readonly #all: readonly Border[];

  constructor(spatial: readonly Border[], channelsFirst: boolean, config: LayerConfig) {
    super(config);
    this.#all = allBorders(spatial, channelsFirst);
    this.input_spec = new InputSpec({ ndim: spatial.length + 2 });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const size = this.compute_output_shape(inputs.shape) as number[];
    if (size.some((n, axis) => n < 0 || (n === 0 && inputs.shape[axis] !== 0))) {
      throw new RangeError(
        `${this.name}: the cropping leaves nothing of an input of the shape ${showShape(inputs.shape)}.`,
      );
    }
    const begin = this.#all.map(([before]) => before);
    return tf.slice(inputs, begin, size);
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return bordered(input_shape, this.#all, -1);
  }
}
