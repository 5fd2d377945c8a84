import { DepthwiseConv, type DepthwiseConvConfig } from './base-depthwise-conv.ts';

/** Convolves each channel by itself over two axes. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class DepthwiseConv2D extends DepthwiseConv {
  static override readonly className: string = 'DepthwiseConv2D';

  constructor(config: DepthwiseConvConfig) {
    super(2, config);
  }
}
