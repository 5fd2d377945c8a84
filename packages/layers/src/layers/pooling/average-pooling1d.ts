import { BasePooling, type PoolingConfig } from './base-pooling.ts';

/** Takes the mean of each window. Input shape: `[batch, steps, features]`, or with the channels first. */
export class AveragePooling1D extends BasePooling {
  static override readonly className: string = 'AveragePooling1D';

  constructor(config: PoolingConfig = {}) {
    super(1, 'avg', config);
  }
}
