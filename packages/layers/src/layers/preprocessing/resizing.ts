import { resizeImages } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { integer, oneOf } from '../sizes.ts';
import { INTERPOLATIONS, type Interpolation } from './interpolations.ts';
import { onImages, resizedShape, smartResize } from './smart-resize.ts';

/** Arguments of `Resizing`. */
export interface ResizingConfig extends LayerConfig {
  readonly height: number;
  readonly width: number;
  readonly interpolation?: Interpolation;
  /** True: a centered part of the right proportions is resized, so that nothing is distorted. */
  readonly crop_to_aspect_ratio?: boolean;
}

/** Resizes images. Input shape: `[batch, rows, cols, channels]` or one image. Output shape: the same with `height` and `width`. */
export class Resizing extends Layer {
  static override readonly className: string = 'Resizing';
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly crop_to_aspect_ratio: boolean;

  constructor(config: ResizingConfig) {
    const { height, width, interpolation, crop_to_aspect_ratio, ...rest } = config;
    super(rest);
    this.height = integer(height, 'height');
    this.width = integer(width, 'width');
    this.interpolation = oneOf(interpolation ?? 'bilinear', INTERPOLATIONS, 'interpolation');
    this.crop_to_aspect_ratio = crop_to_aspect_ratio ?? false;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const { height, width, interpolation: method } = this;
    return onImages(tf.cast(inputs, 'float32'), (x) =>
      this.crop_to_aspect_ratio
        ? smartResize(x, height, width, method)
        : resizeImages(x, [height, width], { method }),
    );
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return resizedShape(input_shape, this.height, this.width);
  }

  override get_config(): Config {
    const { height, width, interpolation, crop_to_aspect_ratio } = this;
    return { ...super.get_config(), height, width, interpolation, crop_to_aspect_ratio };
  }
}
