import { sigmoid, tanh } from '../../activations/index.ts';
import type { Config, Layer } from '../base.ts';
import { LSTMCell, type LSTMCellConfig } from './lstm-cell.ts';
import { splitConfig } from './own-cell.ts';
import type { SequenceConfig } from './sequence-config.ts';
import { UnitsRNN } from './units-rnn.ts';

/** Arguments of `LSTM`. */
export interface LSTMConfig extends LSTMCellConfig, SequenceConfig {}

/** Long short-term memory, Hochreiter and Schmidhuber (1997). Input shape: `[batch, steps, features]`. */
export class LSTM extends UnitsRNN<LSTMCell> {
  static override readonly className: string = 'LSTM';

  constructor(config: LSTMConfig) {
    const { cell, sequence } = splitConfig<LSTMCellConfig>(config, 'lstm_cell');
    super(new LSTMCell(cell), sequence);
  }

  protected override get dropsWholeSequence(): boolean {
    const { activation, recurrent_activation, recurrent_dropout, use_bias } = this.own;
    const plain = activation === tanh && recurrent_activation === sigmoid && use_bias;
    return plain && recurrent_dropout === 0 && !this.unroll;
  }

  static override from_config(config: Config): Layer {
    const implementation = config.implementation === 0 ? { implementation: 1 } : {};
    return new this({ ...config, ...implementation } as unknown as LSTMConfig);
  }
}
