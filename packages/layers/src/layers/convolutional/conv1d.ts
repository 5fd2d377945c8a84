import { Conv, type ConvConfig } from './base-conv.ts';

/** Convolves over one axis. Input shape: `[batch, steps, features]`, or with the channels first; more batch axes may precede. */
export class Conv1D extends Conv {
  static override readonly className: string = 'Conv1D';

  constructor(config: ConvConfig) {
    const { filters, ...rest } = config;
    super(1, filters, rest);
  }
}
