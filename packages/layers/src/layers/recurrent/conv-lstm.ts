import * as tf from '@tensorflow/tfjs-core';
import { buildChild, type Config, InputSpec, type Layer, type Shape } from '../base.ts';
import { ConvLSTMCell, type ConvLSTMCellConfig } from './conv-lstm-cell.ts';
import { ownConfig, splitConfig } from './own-cell.ts';
import { RNN } from './rnn.ts';
import { firstShape, type SequenceConfig } from './sequence-config.ts';

/** Arguments of the convolutional LSTM layers. */
export interface ConvLSTMConfig extends ConvLSTMCellConfig, SequenceConfig {}

/** Base of the LSTM layers whose gates are convolutions over `rank` spatial axes. */
export abstract class ConvLSTM extends RNN {
  constructor(rank: number, config: ConvLSTMConfig) {
    const { cell, sequence } = splitConfig<ConvLSTMCellConfig>(config, 'conv_lstm_cell');
    super({ ...sequence, cell: new ConvLSTMCell(rank, cell) });
    if (config.unroll === true) {
      throw new RangeError(`${this.name}: convolutional layers cannot be unrolled.`);
    }
    this.input_spec = [new InputSpec({ ndim: rank + 3 })];
  }

  get #own(): ConvLSTMCell {
    return this.cell as ConvLSTMCell;
  }

  protected override buildCell(step_shape: Shape): void {
    buildChild(this.cell, step_shape);
  }

  protected override stateShapes(input_shape: Shape): Shape[] {
    const [batch = null, , ...step] = input_shape;
    const shape = this.#own.outputShape([batch, ...step]);
    return [shape, shape];
  }

  override get_initial_state(inputs: tf.Tensor): tf.Tensor[] {
    return this.stateShapes(inputs.shape).map((shape) => tf.zeros(shape.map((n) => n ?? 0)));
  }

  override compute_output_shape(input_shape: Shape | readonly Shape[]): Shape | readonly Shape[] {
    const shape = firstShape(input_shape);
    const [state = []] = this.stateShapes(shape);
    const [batch = null, ...rest] = state;
    const output = this.return_sequences ? [batch, shape[1] ?? null, ...rest] : state;
    return this.return_state ? [output, state, state] : output;
  }

  override get_config(): Config {
    return { ...this.sequenceConfig(), ...ownConfig(this.cell, this.activity_regularizer) };
  }

  static override from_config(this: new (config: never) => Layer, config: Config): Layer {
    return new this(config as never);
  }
}
