import { type RandomSizeConfig, RandomSizeLayer } from './random-size-layer.ts';

/** Changes the width of a batch of images in training. Input shape: `[batch, rows, cols, channels]` or one image. */
export class RandomWidth extends RandomSizeLayer {
  static override readonly className: string = 'RandomWidth';

  constructor(config: RandomSizeConfig) {
    super(-2, config);
  }
}
