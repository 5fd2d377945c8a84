import { BasePooling, type PoolingConfig } from './base-pooling.ts';

/** Takes the greatest value of each window. Input shape: `[batch, steps, features]`, or with the channels first. */
export class MaxPooling1D extends BasePooling {
  static override readonly className: string = 'MaxPooling1D';

  constructor(config: PoolingConfig = {}) {
    super(1, 'max', config);
  }
}
