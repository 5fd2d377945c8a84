import { SeparableConv, type SeparableConvConfig } from './base-separable-conv.ts';

/** Convolves each channel by itself over one axis, then mixes the channels. Input shape: `[batch, steps, features]`, or with the channels first. */
export class SeparableConv1D extends SeparableConv {
  static override readonly className: string = 'SeparableConv1D';

  constructor(config: SeparableConvConfig) {
    super(1, config);
  }
}
