import { einsum } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import * as constraints from '../../constraints/index.ts';
import { get_mask } from '../../engine/mask.ts';
import { open_shape } from '../../engine/tensor-shapes.ts';
import * as initializers from '../../initializers/index.ts';
import * as regularizers from '../../regularizers/index.ts';
import { Softmax } from '../activation/softmax.ts';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';
import { EinsumDense } from '../core/einsum-dense.ts';
import { Dropout } from '../regularization/dropout.ts';
import { knownSize } from '../shapes.ts';
import { integer } from '../sizes.ts';
import type { WeightConfig } from '../weight-options.ts';
import { type AttentionEquations, attentionEquations, projection } from './attention-equations.ts';
import { lowerTriangle } from './base-dense-attention.ts';

/** Arguments of `MultiHeadAttention`. */
export interface MultiHeadAttentionConfig
  extends LayerConfig,
    WeightConfig<'kernel'>,
    WeightConfig<'bias'> {
  readonly num_heads: number;
  readonly key_dim: number;
  /** Size of each head's values; `key_dim` unless given. */
  readonly value_dim?: number | null;
  readonly dropout?: number;
  readonly use_bias?: boolean;
  /** Shape of the result beyond the attended axes; that of the query unless given. */
  readonly output_shape?: number | readonly number[] | null;
  /** Axes over which attention runs; all but batch and features unless given. */
  readonly attention_axes?: number | readonly number[] | null;
}

interface Signature {
  readonly query: Shape;
  readonly key: Shape;
  readonly value: Shape;
}

/**
 * Attention in several heads, Vaswani et al. (2017). The call takes the query, and `value` (and `key`) as arguments.
 * Input shapes: `[batch, …, dim]`. Output shape: that of the query.
 */
export class MultiHeadAttention extends Layer {
  static override readonly className: string = 'MultiHeadAttention';
  declare _query_dense: EinsumDense;
  declare _key_dense: EinsumDense;
  declare _value_dense: EinsumDense;
  declare _softmax: Softmax;
  declare _dropout_layer: Dropout;
  declare _output_dense: EinsumDense;
  readonly #config: MultiHeadAttentionConfig;
  readonly #num_heads: number;
  readonly #key_dim: number;
  readonly #value_dim: number;
  #attention_axes: readonly number[] | null;
  #equations: AttentionEquations | null = null;
  #signature: Signature | null = null;

  constructor(config: MultiHeadAttentionConfig) {
    super(layerPart(config));
    this.#config = config;
    this.supports_masking = true;
    this.#num_heads = integer(config.num_heads, 'num_heads');
    this.#key_dim = integer(config.key_dim, 'key_dim');
    this.#value_dim = integer(config.value_dim || this.#key_dim, 'value_dim');
    const axes = config.attention_axes ?? null;
    this.#attention_axes = typeof axes === 'number' ? [axes] : axes;
  }

  /** Creates the layers inside; the shapes are those of query, value and key. */
  #create(signature: Signature): AttentionEquations {
    this.#signature = signature;
    const { query, key, value } = signature;
    this._query_dense = this.#project('query', query, this.#key_dim);
    this._key_dense = this.#project('key', key, this.#key_dim);
    this._value_dense = this.#project('value', value, this.#value_dim);
    const rank = value.length + 1;
    this.#attention_axes ??= Array.from({ length: rank - 3 }, (_, i) => i + 1);
    const equations = attentionEquations(rank, this.#attention_axes);
    const count = this.#attention_axes.length;
    const last = Array.from({ length: count }, (_, i) => equations.scoresRank - count + i);
    const dtype = this.dtype_policy;
    this._softmax = new Softmax({ axis: last, dtype });
    this._dropout_layer = new Dropout({ rate: this.#config.dropout ?? 0, dtype });
    this._output_dense = this.#outputProjection(query);
    this.#equations = equations;
    return equations;
  }

  #project(name: string, shape: Shape, size: number): EinsumDense {
    const { equation, bias_axes, rank } = projection(shape.length - 1, 1, 2);
    const open = new Array<null>(rank - 3).fill(null);
    return this.#dense(name, equation, [...open, this.#num_heads, size], bias_axes);
  }

  #outputProjection(query: Shape): EinsumDense {
    const given = this.#config.output_shape ?? null;
    const own = given === null ? [knownSize(query, -1, this)] : [given].flat();
    const { equation, bias_axes, rank } = projection(query.length - 1, 2, own.length);
    const open = new Array<null>(rank - 1 - own.length).fill(null);
    return this.#dense('attention_output', equation, [...open, ...own], bias_axes);
  }

  #dense(
    name: string,
    equation: string,
    output_shape: readonly (number | null)[],
    bias_axes: string,
  ): EinsumDense {
    const { kernel_initializer, bias_initializer, ...others } = this.#config;
    const { kernel_regularizer, bias_regularizer, kernel_constraint, bias_constraint } = others;
    return new EinsumDense({
      name,
      equation,
      output_shape,
      bias_axes: (this.#config.use_bias ?? true) ? bias_axes : null,
      dtype: this.dtype_policy,
      kernel_initializer: copyOf(kernel_initializer ?? 'glorot_uniform'),
      bias_initializer: copyOf(bias_initializer ?? 'zeros'),
      kernel_regularizer,
      bias_regularizer,
      activity_regularizer: this.activity_regularizer,
      kernel_constraint,
      bias_constraint,
    });
  }

  override call(query: tf.Tensor, args: CallArgs): tf.Tensor | tf.Tensor[] {
    const value = args.value;
    if (!(value instanceof tf.Tensor)) {
      throw new TypeError(`${this.name}: the call takes the query and an argument value.`);
    }
    const key = args.key instanceof tf.Tensor ? args.key : value;
    const shapes = {
      query: open_shape(query.shape),
      key: open_shape(key.shape),
      value: open_shape(value.shape),
    };
    const equations = this.#equations ?? this.#create(shapes);
    const mask = attentionMask(query, key, value, args);
    const { training } = args;
    const q = tf.mul(this._query_dense.apply(query), 1 / Math.sqrt(this.#key_dim));
    const k = this._key_dense.apply(key);
    const v = this._value_dense.apply(value);
    const scores = einsum(equations.scores, k, q);
    const weights = this.#softmax(scores, mask);
    const dropped = this._dropout_layer.apply(weights, { training });
    const result = this._output_dense.apply(einsum(equations.combine, dropped, v));
    return args.return_attention_scores === true ? [result, weights] : result;
  }

  /** Applies the softmax; a mask without axes for the heads gets them. */
  #softmax(scores: tf.Tensor, mask: tf.Tensor | null): tf.Tensor {
    if (mask === null) return this._softmax.apply(scores);
    const attended = 2 * (this.#attention_axes?.length ?? 1);
    const at = mask.rank - attended;
    const ones = new Array<number>(Math.max(scores.rank - mask.rank, 0)).fill(1);
    const shape = [...mask.shape.slice(0, at), ...ones, ...mask.shape.slice(at)];
    return this._softmax.apply(scores, { mask: tf.reshape(mask, shape) });
  }

  override get_config(): Config {
    const { kernel_initializer, bias_initializer, ...config } = this.#config;
    return {
      ...super.get_config(),
      num_heads: this.#num_heads,
      key_dim: this.#key_dim,
      value_dim: this.#value_dim,
      dropout: config.dropout ?? 0,
      use_bias: config.use_bias ?? true,
      output_shape: config.output_shape ?? null,
      attention_axes: this.#attention_axes,
      kernel_initializer: initializers.serialize(copyOf(kernel_initializer ?? 'glorot_uniform')),
      bias_initializer: initializers.serialize(copyOf(bias_initializer ?? 'zeros')),
      kernel_regularizer: regularizers.serialize(regularizers.get(config.kernel_regularizer)),
      bias_regularizer: regularizers.serialize(regularizers.get(config.bias_regularizer)),
      activity_regularizer: regularizers.serialize(this.activity_regularizer),
      kernel_constraint: constraints.serialize(constraints.get(config.kernel_constraint)),
      bias_constraint: constraints.serialize(constraints.get(config.bias_constraint)),
      query_shape: this.#signature?.query ?? null,
      key_shape: this.#signature?.key ?? null,
      value_shape: this.#signature?.value ?? null,
    };
  }

  static override from_config(config: Config): Layer {
    const { query_shape, key_shape, value_shape, ...rest } = config;
    const layer = new MultiHeadAttention(rest as unknown as MultiHeadAttentionConfig);
    if (Array.isArray(query_shape) && Array.isArray(key_shape) && Array.isArray(value_shape)) {
      layer.#create({ query: query_shape, key: key_shape, value: value_shape });
    }
    return layer;
  }
}

/** Keeps the arguments that every layer has. */
function layerPart(config: MultiHeadAttentionConfig): LayerConfig {
  const { num_heads: _h, key_dim: _k, value_dim: _v, dropout: _d, use_bias: _u, ...more } = config;
  const { output_shape: _o, attention_axes: _a, kernel_initializer: _ki, ...others } = more;
  const { bias_initializer: _bi, kernel_regularizer: _kr, bias_regularizer: _br, ...tail } = others;
  const { kernel_constraint: _kc, bias_constraint: _bc, ...rest } = tail;
  return rest;
}

/** Makes an initializer of the same kind, so that two weights do not draw the same numbers. */
function copyOf(identifier: initializers.InitializerIdentifier): initializers.Initializer {
  const initializer = initializers.get(identifier);
  const copy = initializers.deserialize(initializers.serialize(initializer));
  return copy ?? initializer;
}

/** Joins the masks that travel with the tensors, the causal rule and the mask that was passed. */
function attentionMask(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  args: CallArgs,
): tf.Tensor | null {
  const masks: tf.Tensor[] = [];
  const add = (mask: tf.Tensor | null, axis: number): void => {
    if (mask !== null) masks.push(tf.expandDims(tf.cast(mask, 'bool'), axis));
  };
  add(get_mask(query), 2);
  add(get_mask(value), 1);
  if (key !== value) add(get_mask(key), 1);
  if (args.use_causal_mask === true) {
    masks.push(tf.expandDims(lowerTriangle(query.shape[1] ?? 0, value.shape[1] ?? 0), 0));
  }
  const given = args.attention_mask;
  if (given instanceof tf.Tensor) masks.push(tf.notEqual(given, 0));
  const [first, ...rest] = masks;
  if (first === undefined) return null;
  return rest.reduce((joined, mask) => tf.logicalAnd(joined, mask), first);
}
