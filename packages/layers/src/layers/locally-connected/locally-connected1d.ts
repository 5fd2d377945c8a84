import { LocallyConnected, type LocallyConnectedConfig } from './base-locally-connected.ts';

/** Convolves over one axis with a kernel of its own at each position. Input shape: `[batch, steps, features]`, or with the channels first. */
export class LocallyConnected1D extends LocallyConnected {
  static override readonly className: string = 'LocallyConnected1D';

  constructor(config: LocallyConnectedConfig) {
    super(1, config);
  }
}
