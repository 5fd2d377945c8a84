import { SeparableConv, type SeparableConvConfig } from './base-separable-conv.ts';

/** Convolves each channel by itself over two axes, then mixes the channels. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class SeparableConv2D extends SeparableConv {
  static override readonly className: string = 'SeparableConv2D';

  constructor(config: SeparableConvConfig) {
    super(2, config);
  }
}
