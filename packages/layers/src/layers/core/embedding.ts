import * as tf from '@tensorflow/tfjs-core';
import * as constraints from '../../constraints/index.ts';
import * as initializers from '../../initializers/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import { type Config, Layer, type LayerConfig, type Shape, type Variable } from '../base.ts';
import { integer } from '../sizes.ts';
import type { WeightConfig } from '../weight-options.ts';

/** Arguments of `Embedding`. */
export interface EmbeddingConfig extends LayerConfig, WeightConfig<'embeddings'> {
  readonly input_dim: number;
  readonly output_dim: number;
  readonly mask_zero?: boolean;
  readonly input_length?: number | readonly (number | null)[] | null;
  /** Hint for TensorFlow; tfjs has no sparse tensors, so the rows come as a dense tensor. */
  readonly sparse?: boolean;
}

/**
 * Turns ids into rows of a table.
 * Input shape: `[batch, …]` of integers below `input_dim`. Output shape: `[batch, …, output_dim]`.
 */
export class Embedding extends Layer {
  static override readonly className: string = 'Embedding';
  input_dim: number;
  output_dim: number;
  embeddings_initializer: initializers.Initializer;
  embeddings_regularizer: regularizers.Regularizer | null;
  embeddings_constraint: constraints.Constraint | null;
  mask_zero: boolean;
  input_length: number | readonly (number | null)[] | null;
  sparse: boolean;
  declare embeddings: Variable;

  constructor(config: EmbeddingConfig) {
    const { input_dim, output_dim, mask_zero, input_length, sparse, ...others } = config;
    const { embeddings_initializer, embeddings_regularizer, embeddings_constraint, ...rest } =
      others;
    const sized = 'input_shape' in rest || 'batch_input_shape' in rest;
    super({
      ...(sized ? {} : { input_shape: defaultShape(input_length) }),
      ...rest,
    });
    this.input_dim = integer(input_dim, 'input_dim');
    this.output_dim = integer(output_dim, 'output_dim');
    this.embeddings_initializer = initializers.get(embeddings_initializer ?? 'uniform');
    this.embeddings_regularizer = regularizers.get(embeddings_regularizer);
    this.embeddings_constraint = constraints.get(embeddings_constraint);
    this.mask_zero = mask_zero ?? false;
    this.supports_masking = this.mask_zero;
    this.input_length = input_length ?? null;
    this.sparse = sparse ?? false;
    if (this.sparse && this.mask_zero) {
      throw new RangeError(`${this.name}: mask_zero and sparse exclude each other.`);
    }
  }

  override build(input_shape: Shape): void {
    this.embeddings = this.add_weight({
      name: 'embeddings',
      shape: [this.input_dim, this.output_dim],
      initializer: this.embeddings_initializer,
      regularizer: this.embeddings_regularizer,
      constraint: this.embeddings_constraint,
    });
    super.build(input_shape);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const ids = inputs.dtype === 'int32' ? inputs : tf.cast(inputs, 'int32');
    return tf.gather(this.embeddings.read(), ids);
  }

  override compute_mask(inputs: tf.Tensor): tf.Tensor | null {
    return this.mask_zero ? tf.notEqual(inputs, 0) : null;
  }

  override compute_output_shape(input_shape: Shape): Shape {
    if (this.input_length === null) return [...input_shape, this.output_dim];
    const given =
      typeof this.input_length === 'number' ? [this.input_length] : [...this.input_length];
    const inner = input_shape.slice(1);
    const fits =
      given.length === inner.length &&
      given.every((n, i) => n === null || inner[i] === null || n === inner[i]);
    if (!fits) {
      throw new RangeError(
        `${this.name}: input_length is ${JSON.stringify(this.input_length)}, but the input has the shape ${JSON.stringify(input_shape)}.`,
      );
    }
    return [input_shape[0] ?? null, ...given.map((n, i) => n ?? inner[i] ?? null), this.output_dim];
  }

  override get_config(): Config {
    return {
      ...super.get_config(),
      input_dim: this.input_dim,
      output_dim: this.output_dim,
      embeddings_initializer: initializers.serialize(this.embeddings_initializer),
      embeddings_regularizer: regularizers.serialize(this.embeddings_regularizer),
      activity_regularizer: regularizers.serialize(this.activity_regularizer),
      embeddings_constraint: constraints.serialize(this.embeddings_constraint),
      mask_zero: this.mask_zero,
      input_length: this.input_length,
    };
  }
}

/** Keras gives the layer an input shape of its own when none is asked for. */
function defaultShape(input_length: EmbeddingConfig['input_length']): readonly (number | null)[] {
  if (input_length === null || input_length === undefined) return [null];
  return typeof input_length === 'number' ? [input_length] : input_length;
}
