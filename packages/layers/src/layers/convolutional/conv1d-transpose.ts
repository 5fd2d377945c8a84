import { ConvTranspose, type ConvTransposeConfig } from './base-conv-transpose.ts';

/** Computes the transposed convolution over one axis. Input shape: `[batch, steps, features]`, or with the channels first. */
export class Conv1DTranspose extends ConvTranspose {
  static override readonly className: string = 'Conv1DTranspose';

  constructor(config: ConvTransposeConfig) {
    super(1, config);
  }
}
