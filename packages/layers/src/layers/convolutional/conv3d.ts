import { Conv, type ConvConfig } from './base-conv.ts';

/** Convolves over three axes. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first; more batch axes may precede. */
export class Conv3D extends Conv {
  static override readonly className: string = 'Conv3D';

  constructor(config: ConvConfig) {
    const { filters, ...rest } = config;
    super(3, filters, rest);
  }
}
