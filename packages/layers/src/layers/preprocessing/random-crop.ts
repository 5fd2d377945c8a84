import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { CallArgs, Config, Shape } from '../base.ts';
import { integer } from '../sizes.ts';
import { type RandomImageConfig, RandomImageLayer } from './random-image-layer.ts';
import { onImages, resizedShape, smartResize } from './smart-resize.ts';
import { tracedCut, tracedPair } from './traced-cut.ts';

/** Arguments of `RandomCrop`. */
export interface RandomCropConfig extends RandomImageConfig {
  readonly height: number;
  readonly width: number;
}

/** Cuts a random part out of images in training, and resizes a centered part otherwise. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomCrop extends RandomImageLayer {
  static override readonly className: string = 'RandomCrop';
  readonly height: number;
  readonly width: number;

  constructor(config: RandomCropConfig) {
    const { height, width, ...rest } = config;
    super(rest);
    this.height = integer(height, 'height');
    this.width = integer(width, 'width');
  }

  protected change(images: tf.Tensor): tf.Tensor {
    const [batch = 1, rows = 1, cols = 1, channels = 1] = images.shape;
    const [down, across] = [rows - this.height, cols - this.width];
    if (down < 0 || across < 0) return smartResize(images, this.height, this.width, 'bilinear');
    if (isTracing()) return this.#traced(images, down, across);
    const [y = 0, x = 0] = this.random.integers(2, 0, 2 ** 31 - 1);
    const begin = [0, y % (down + 1), x % (across + 1), 0];
    return tf.slice(images, begin, [batch, this.height, this.width, channels]);
  }

  /** Writes the cut into the function that is being traced. */
  #traced(images: tf.Tensor, down: number, across: number): tf.Tensor {
    const drawn = this.random.traced_integers(2, 0, 2 ** 31 - 1);
    const corner = tf.mod(drawn, tracedPair(down + 1, across + 1));
    return tracedCut(images, corner, [this.height, this.width]);
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    if (args.training) return super.call(inputs, args);
    const images = tf.cast(inputs, 'float32');
    return onImages(images, (x) => smartResize(x, this.height, this.width, 'bilinear'));
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return resizedShape(input_shape, this.height, this.width);
  }

  override get_config(): Config {
    return { ...super.get_config(), height: this.height, width: this.width };
  }
}
