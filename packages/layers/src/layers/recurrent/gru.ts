import { sigmoid, tanh } from '../../activations/index.ts';
import type { Config, Layer } from '../base.ts';
import { GRUCell, type GRUCellConfig } from './gru-cell.ts';
import { splitConfig } from './own-cell.ts';
import type { SequenceConfig } from './sequence-config.ts';
import { UnitsRNN } from './units-rnn.ts';

/** Arguments of `GRU`. */
export interface GRUConfig extends GRUCellConfig, SequenceConfig {}

/** Gated recurrent unit, Cho et al. (2014). Input shape: `[batch, steps, features]`. */
export class GRU extends UnitsRNN<GRUCell> {
  static override readonly className: string = 'GRU';

  constructor(config: GRUConfig) {
    const { cell, sequence } = splitConfig<GRUCellConfig>(config, 'gru_cell');
    super(new GRUCell(cell), sequence);
  }

  get reset_after(): boolean {
    return this.own.reset_after;
  }

  protected override get dropsWholeSequence(): boolean {
    const { activation, recurrent_activation, recurrent_dropout, use_bias } = this.own;
    const plain = activation === tanh && recurrent_activation === sigmoid && use_bias;
    return plain && this.reset_after && recurrent_dropout === 0 && !this.unroll;
  }

  /** Configs without `reset_after` are older than the argument, when the gate acted before the product. */
  static override from_config(config: Config): Layer {
    const implementation = config.implementation === 0 ? { implementation: 1 } : {};
    return new this({ reset_after: false, ...config, ...implementation } as unknown as GRUConfig);
  }
}
