import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { integer } from '../sizes.ts';
import { onImages, resizedShape, smartResize } from './smart-resize.ts';
import { tracedCut, tracedPair } from './traced-cut.ts';

/** Arguments of `CenterCrop`. */
export interface CenterCropConfig extends LayerConfig {
  readonly height: number;
  readonly width: number;
}

/** Cuts the middle out of images; smaller images are enlarged. Input shape: `[batch, rows, cols, channels]` or one image. */
export class CenterCrop extends Layer {
  static override readonly className: string = 'CenterCrop';
  readonly height: number;
  readonly width: number;

  constructor(config: CenterCropConfig) {
    const { height, width, ...rest } = config;
    super(rest);
    this.height = integer(height, 'height');
    this.width = integer(width, 'width');
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return onImages(tf.cast(inputs, 'float32'), (x) => {
      const [batch = 1, rows = 1, cols = 1, channels = 1] = x.shape;
      const [down, across] = [rows - this.height, cols - this.width];
      if (down < 0 || across < 0) return smartResize(x, this.height, this.width, 'bilinear');
      if (isTracing()) {
        const corner = tf.floorDiv(tracedPair(down, across), tf.scalar(2, 'int32'));
        return tracedCut(x, corner, [this.height, this.width]);
      }
      const begin = [0, Math.floor(down / 2), Math.floor(across / 2), 0];
      return tf.slice(x, begin, [batch, this.height, this.width, channels]);
    });
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return resizedShape(input_shape, this.height, this.width);
  }

  override get_config(): Config {
    return { ...super.get_config(), height: this.height, width: this.width };
  }
}
