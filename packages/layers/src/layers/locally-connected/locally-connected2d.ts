import { LocallyConnected, type LocallyConnectedConfig } from './base-locally-connected.ts';

/** Convolves over two axes with a kernel of its own at each position. Input shape: `[batch, rows, cols, channels]`, or with the channels first. */
export class LocallyConnected2D extends LocallyConnected {
  static override readonly className: string = 'LocallyConnected2D';

  constructor(config: LocallyConnectedConfig) {
    super(2, config);
  }
}
