import { ConvLSTM, type ConvLSTMConfig } from './conv-lstm.ts';

/** LSTM with convolutions over one axis. Input shape: `[batch, steps, rows, channels]`, or with the channels before the rows. */
export class ConvLSTM1D extends ConvLSTM {
  static override readonly className: string = 'ConvLSTM1D';

  constructor(config: ConvLSTMConfig) {
    super(1, config);
  }
}
