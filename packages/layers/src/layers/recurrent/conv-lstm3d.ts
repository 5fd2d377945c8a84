import { ConvLSTM, type ConvLSTMConfig } from './conv-lstm.ts';

/** LSTM with convolutions over three axes. Input shape: `[batch, steps, dim1, dim2, dim3, channels]`, or with the channels before the spatial axes. */
export class ConvLSTM3D extends ConvLSTM {
  static override readonly className: string = 'ConvLSTM3D';

  constructor(config: ConvLSTMConfig) {
    super(3, config);
  }
}
