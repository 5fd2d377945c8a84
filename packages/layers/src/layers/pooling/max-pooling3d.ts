import { BasePooling, type PoolingConfig } from './base-pooling.ts';

/** Takes the greatest value of each window. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. */
export class MaxPooling3D extends BasePooling {
  static override readonly className: string = 'MaxPooling3D';

  constructor(config: PoolingConfig = {}) {
    super(3, 'max', config);
  }
}
