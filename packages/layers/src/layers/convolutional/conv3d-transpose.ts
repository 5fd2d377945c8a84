import type { Config } from '../base.ts';
import { ConvTranspose, type ConvTransposeConfig } from './base-conv-transpose.ts';

/**
 * Computes the transposed convolution over three axes.
 * Input shape: `[batch, dim1, dim2, dim3, channels]`, or with the channels first.
 * As in TensorFlow, `dilation_rate` changes nothing and is not noted in configs.
 */
export class Conv3DTranspose extends ConvTranspose {
  static override readonly className: string = 'Conv3DTranspose';

  constructor(config: ConvTransposeConfig) {
    const { dilation_rate: _, ...rest } = config;
    super(3, rest);
  }

  override get_config(): Config {
    const { dilation_rate: _, ...config } = super.get_config();
    return config;
  }
}
