import { ConvTranspose, type ConvTransposeConfig } from './base-conv-transpose.ts';

/** Computes the transposed convolution over two axes. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class Conv2DTranspose extends ConvTranspose {
  static override readonly className: string = 'Conv2DTranspose';

  constructor(config: ConvTransposeConfig) {
    super(2, config);
  }
}
