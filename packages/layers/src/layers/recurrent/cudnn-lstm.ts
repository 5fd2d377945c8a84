import * as tf from '@tensorflow/tfjs-core';
import { Concatenated } from '../../initializers/concatenated.ts';
import type { LayerConfig, Variable } from '../base.ts';
import type { WeightConfig } from '../weight-options.ts';
import { CuDNNRNN } from './cudnn-rnn.ts';
import { inputMatrixOf, stateMatrixOf } from './cudnn-weights.ts';
import { LSTMCell, type LSTMCellConfig } from './lstm-cell.ts';
import { splitConfig } from './own-cell.ts';
import { dot } from './products.ts';
import type { SequenceConfig } from './sequence-config.ts';

/** Arguments of `CuDNNLSTM`. */
export interface CuDNNLSTMConfig
  extends LayerConfig,
    Omit<SequenceConfig, 'unroll' | 'zero_output_for_mask'>,
    WeightConfig<'kernel'>,
    WeightConfig<'recurrent'>,
    WeightConfig<'bias'> {
  readonly units: number;
  /** True: the bias of the forget gate starts at 1. */
  readonly unit_forget_bias?: boolean;
}

/** Step of `CuDNNLSTM`: an LSTM whose gates have one bias for the inputs and one for the state. */
class CuDNNLSTMCell extends LSTMCell {
  static override readonly className: string = 'CuDNNLSTMCell';
  #stateMatrix: tf.Tensor | null = null;

  protected override makeBias(): Variable | null {
    const plain = this.bias_initializer;
    const forget = new Concatenated([
      [plain, 5 * this.units],
      [1, this.units],
      [plain, 2 * this.units],
    ]);
    return this.addBias([8 * this.units], this.unit_forget_bias ? forget : plain);
  }

  override project(inputs: tf.Tensor): tf.Tensor {
    this.#stateMatrix = stateMatrixOf(this.recurrent_kernel.read(), 4);
    const x = dot(inputs, inputMatrixOf(this.kernel.read(), 4));
    return this.bias ? tf.add(x, tf.addN(tf.split(this.bias.read(), 2))) : x;
  }

  override advance(projected: tf.Tensor, states: readonly tf.Tensor[]): tf.Tensor[] {
    const [h = projected, c = projected] = states;
    const matrix = this.#stateMatrix ?? stateMatrixOf(this.recurrent_kernel.read(), 4);
    return this.combine(tf.add(projected, dot(h, matrix)), c);
  }

  override reset_pass(begins: boolean = false): void {
    super.reset_pass(begins);
    this.#stateMatrix = null;
  }
}

/** LSTM of TensorFlow 1 with the weights of cuDNN; here it runs everywhere. Input shape: `[batch, steps, features]`. */
export class CuDNNLSTM extends CuDNNRNN<LSTMCell> {
  static override readonly className: string = 'CuDNNLSTM';

  constructor(config: CuDNNLSTMConfig) {
    const { cell, sequence } = splitConfig<LSTMCellConfig>(config, 'cu_dnnlstm_cell');
    super(new CuDNNLSTMCell(cell), sequence);
  }
}
