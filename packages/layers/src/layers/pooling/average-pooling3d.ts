import { BasePooling, type PoolingConfig } from './base-pooling.ts';

/** Takes the mean of each window. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. */
export class AveragePooling3D extends BasePooling {
  static override readonly className: string = 'AveragePooling3D';

  constructor(config: PoolingConfig = {}) {
    super(3, 'avg', config);
  }
}
