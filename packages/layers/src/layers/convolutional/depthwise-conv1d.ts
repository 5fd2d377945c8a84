import { DepthwiseConv, type DepthwiseConvConfig } from './base-depthwise-conv.ts';

/** Convolves each channel by itself over one axis. Input shape: `[batch, steps, features]`, or with the channels first. */
export class DepthwiseConv1D extends DepthwiseConv {
  static override readonly className: string = 'DepthwiseConv1D';

  constructor(config: DepthwiseConvConfig) {
    super(1, config);
  }
}
