import { BasePooling, type PoolingConfig } from './base-pooling.ts';

/** Takes the mean of each window. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class AveragePooling2D extends BasePooling {
  static override readonly className: string = 'AveragePooling2D';

  constructor(config: PoolingConfig = {}) {
    super(2, 'avg', config);
  }
}
