import { isMetaBackend, isTracing, tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { integer, oneOf } from '../sizes.ts';
import { encodeCategories, encodedShape, modeName, type OutputMode } from './encode-categories.ts';

/** Arguments of `CategoryEncoding`; `max_tokens` is the old name of `num_tokens`. */
export interface CategoryEncodingConfig extends LayerConfig {
  readonly num_tokens?: number | null;
  readonly output_mode?: 'one_hot' | 'multi_hot' | 'count' | 'binary';
  /** Hint for TensorFlow; tfjs has no sparse tensors, so the values come as a dense tensor. */
  readonly sparse?: boolean;
  readonly max_tokens?: number | null;
}

/** Encodes category numbers as vectors. Input shape: `[batch, categories]`. Output shape: `[batch, num_tokens]`. */
export class CategoryEncoding extends Layer {
  static override readonly className: string = 'CategoryEncoding';
  readonly num_tokens: number;
  readonly output_mode: OutputMode;
  readonly sparse: boolean;

  constructor(config: CategoryEncodingConfig) {
    const { num_tokens, output_mode, sparse, max_tokens, ...rest } = config;
    super(rest);
    this.num_tokens = integer(num_tokens ?? max_tokens, 'num_tokens');
    const mode = modeName(output_mode, 'multi_hot');
    this.output_mode = oneOf(mode, ['one_hot', 'multi_hot', 'count'], 'output_mode');
    this.sparse = sparse ?? false;
  }

  override call(inputs: tf.Tensor, args: CallArgs): tf.Tensor {
    const given = args.count_weights;
    const count = given instanceof tf.Tensor ? given : null;
    if (count !== null && this.output_mode !== 'count') {
      throw new RangeError(`${this.name}: count_weights need the output_mode 'count'.`);
    }
    if (isTracing()) this.#traceCheck(inputs);
    else if (!isMetaBackend()) this.#check(inputs);
    return encodeCategories(inputs, this.output_mode, this.num_tokens, { count });
  }

  #check(inputs: tf.Tensor): void {
    for (const value of inputs.dataSync()) {
      if (value >= 0 && value < this.num_tokens) continue;
      throw new RangeError(
        `${this.name}: categories are numbers from 0 to ${this.num_tokens - 1}, not ${value}.`,
      );
    }
  }

  /** Writes the check into the function that is being traced. */
  #traceCheck(inputs: tf.Tensor): void {
    const fits = tf.logicalAnd(
      tf.greaterEqual(inputs, tf.scalar(0, inputs.dtype)),
      tf.less(inputs, tf.scalar(this.num_tokens, inputs.dtype)),
    );
    const message = `${this.name}: categories are numbers from 0 to ${this.num_tokens - 1}.`;
    tracedOp({
      op: 'Assert',
      inputs: [tf.all(fits), [tf.scalar(message, 'string')]],
      outputs: [],
    });
  }

  override compute_output_shape(input_shape: Shape): Shape {
    return encodedShape(input_shape, this.output_mode, this.num_tokens);
  }

  override get_config(): Config {
    const { num_tokens, output_mode, sparse } = this;
    return { ...super.get_config(), num_tokens, output_mode, sparse };
  }
}
