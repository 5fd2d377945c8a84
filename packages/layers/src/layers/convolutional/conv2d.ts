import { Conv, type ConvConfig } from './base-conv.ts';

/** Convolves over two axes. Input shape: `[batch, rows, cols, channels]`, or with the channels first; more batch axes may precede. */
export class Conv2D extends Conv {
  static override readonly className: string = 'Conv2D';

  constructor(config: ConvConfig) {
    const { filters, ...rest } = config;
    super(2, filters, rest);
  }
}
