import { BasePooling, type PoolingConfig } from './base-pooling.ts';

/** Takes the greatest value of each window. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class MaxPooling2D extends BasePooling {
  static override readonly className: string = 'MaxPooling2D';

  constructor(config: PoolingConfig = {}) {
    super(2, 'max', config);
  }
}
