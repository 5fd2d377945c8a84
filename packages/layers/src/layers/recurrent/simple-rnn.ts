import type { Config, Layer } from '../base.ts';
import type { UnitsCellConfig } from './gated-cell.ts';
import { splitConfig } from './own-cell.ts';
import type { SequenceConfig } from './sequence-config.ts';
import { SimpleRNNCell } from './simple-rnn-cell.ts';
import { UnitsRNN } from './units-rnn.ts';

/** Arguments of `SimpleRNN`. */
export interface SimpleRNNConfig extends UnitsCellConfig, SequenceConfig {}

/** Feeds the output of each step back into the next. Input shape: `[batch, steps, features]`. */
export class SimpleRNN extends UnitsRNN<SimpleRNNCell> {
  static override readonly className: string = 'SimpleRNN';

  constructor(config: SimpleRNNConfig) {
    const { cell, sequence } = splitConfig<UnitsCellConfig>(config, 'simple_rnn_cell');
    super(new SimpleRNNCell(cell), sequence);
  }

  static override from_config(config: Config): Layer {
    const { implementation: _, ...rest } = config;
    return new this(rest as unknown as SimpleRNNConfig);
  }
}
