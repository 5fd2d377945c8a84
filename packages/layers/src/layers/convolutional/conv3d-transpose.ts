import type { Config } from '../base.ts';
import { ConvTranspose, type ConvTransposeConfig } from './base-conv-transpose.ts';

/** Computes the transposed convolution over three axes. Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first. */
export class Conv3DTranspose extends ConvTranspose {
  static override readonly className: string = 'Conv3DTranspose';

  constructor(config: ConvTransposeConfig) {
    super(3, config);
  }

  override get_config(): Config {
    const { dilation_rate: _, ...config } = super.get_config();
    return config;
  }
}
