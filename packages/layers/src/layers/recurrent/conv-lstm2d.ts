import { ConvLSTM, type ConvLSTMConfig } from './conv-lstm.ts';

/** LSTM with convolutions over two axes. Input shape: `[batch, steps, rows, cols, channels]`, or with the channels before the spatial axes. */
export class ConvLSTM2D extends ConvLSTM {
  static override readonly className: string = 'ConvLSTM2D';

  constructor(config: ConvLSTMConfig) {
    super(2, config);
  }
}
