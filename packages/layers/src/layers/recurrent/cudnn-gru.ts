import * as tf from '@tensorflow/tfjs-core';
import type { LayerConfig, Variable } from '../base.ts';
import type { WeightConfig } from '../weight-options.ts';
import { CuDNNRNN } from './cudnn-rnn.ts';
import { inputMatrixOf, stateMatrixOf } from './cudnn-weights.ts';
import { GRUCell, type GRUCellConfig } from './gru-cell.ts';
import { splitConfig } from './own-cell.ts';
import type { SequenceConfig } from './sequence-config.ts';

/** Arguments of `CuDNNGRU`. */
export interface CuDNNGRUConfig
  extends LayerConfig,
    Omit<SequenceConfig, 'unroll' | 'zero_output_for_mask'>,
    WeightConfig<'kernel'>,
    WeightConfig<'recurrent'>,
    WeightConfig<'bias'> {
  readonly units: number;
}

/** Step of `CuDNNGRU`. */
class CuDNNGRUCell extends GRUCell {
  static override readonly className: string = 'CuDNNGRUCell';
  #stateMatrix: tf.Tensor | null = null;

  protected override makeBias(): Variable | null {
    return this.addBias([6 * this.units]);
  }

  protected override inputMatrix(): tf.Tensor {
    this.#stateMatrix = stateMatrixOf(this.recurrent_kernel.read(), 3);
    return inputMatrixOf(this.kernel.read(), 3);
  }

  protected override stateMatrix(): tf.Tensor {
    return this.#stateMatrix ?? stateMatrixOf(this.recurrent_kernel.read(), 3);
  }

  protected override biases(): readonly [tf.Tensor?, tf.Tensor?] {
    if (!this.bias) return [];
    const [inputs, state] = tf.split(this.bias.read(), 2);
    return inputs && state ? [inputs, state] : [];
  }

  override reset_pass(begins: boolean = false): void {
    super.reset_pass(begins);
    this.#stateMatrix = null;
  }
}

/** GRU of TensorFlow 1 with the weights of cuDNN; here it runs everywhere. Input shape: `[batch, steps, features]`. */
export class CuDNNGRU extends CuDNNRNN<GRUCell> {
  static override readonly className: string = 'CuDNNGRU';

  constructor(config: CuDNNGRUConfig) {
    const { cell, sequence } = splitConfig<GRUCellConfig>(config, 'cu_dnngru_cell');
    super(new CuDNNGRUCell(cell), sequence);
  }
}
