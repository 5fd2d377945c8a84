import { type RandomSizeConfig, RandomSizeLayer } from './random-size-layer.ts';

/** Changes the height of a batch of images in training. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomHeight extends RandomSizeLayer {
  static override readonly className: string = 'RandomHeight';

  constructor(config: RandomSizeConfig) {
    super(-3, config);
  }
}
