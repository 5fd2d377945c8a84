import * as tf from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../random/random-generator.ts';
import { type CallArgs, type Config, Layer, type LayerConfig, type Shape } from '../base.ts';

/** Arguments that the attention layers share. */
export interface DenseAttentionConfig extends LayerConfig {
  /** Part of the attention weights to drop in training. */
  readonly dropout?: number;
  /** True: no position sees later ones; newer code passes `use_causal_mask` to the call. */
  readonly causal?: boolean;
  readonly seed?: number | null;
}

/**
 * Base of the attention layers that are called on `[query, value]` or `[query, value, key]`.
 * Input shapes: `[batch, Tq, dim]`, `[batch, Tv, dim]`, `[batch, Tv, dim]`. Output shape: `[batch, Tq, dim]`.
 */
export abstract class BaseDenseAttention extends Layer {
  readonly dropout: number;
  readonly causal: boolean;
  readonly #random: RandomGenerator;

  constructor(config: DenseAttentionConfig) {
    const { dropout, causal, seed, ...rest } = config;
    super(rest);
    this.dropout = dropout ?? 0;
    this.causal = causal ?? false;
    this.#random = new RandomGenerator(seed ?? null);
    this.supports_masking = true;
  }

  /** Computes the scores of each query with each key, `[batch, Tq, Tv]`. */
  protected abstract scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor;

  override call(inputs: readonly tf.Tensor[], args: CallArgs): tf.Tensor | tf.Tensor[] {
    const [query, value, key = value] = inputs;
    if (query === undefined || value === undefined || key === undefined || inputs.length > 3) {
      throw new RangeError(
        `${this.name}: is called on [query, value] or [query, value, key], not on ${inputs.length} tensors.`,
      );
    }
    const [queryMask, valueMask] = masksOf(args);
    const scores = this.scores(query, key);
    const causal = this.causal || args.use_causal_mask === true;
    const allowed = allowedScores(scores, valueMask, causal);
    const weights = this.#dropped(tf.softmax(this.#excluded(scores, allowed)), args.training);
    const mixed = tf.matMul(weights, value);
    const result = queryMask
      ? tf.mul(mixed, tf.cast(tf.expandDims(queryMask, -1), 'float32'))
      : mixed;
    return args.return_attention_scores === true ? [result, weights] : result;
  }

  /** Lowers the scores that are not allowed so far that their weight vanishes. */
  #excluded(scores: tf.Tensor, allowed: tf.Tensor | null): tf.Tensor {
    if (allowed === null) return scores;
    const low = this.compute_dtype === 'float16' ? 65504 : 1e9;
    return tf.sub(scores, tf.mul(tf.cast(tf.logicalNot(allowed), 'float32'), low));
  }

  #dropped(weights: tf.Tensor, training: boolean): tf.Tensor {
    return training && this.dropout > 0 ? this.#random.dropout(weights, this.dropout) : weights;
  }

  /** The call can ask for the scores too, so its outputs are found by running it. */
  override get _overridesOutputShape(): boolean {
    return false;
  }

  override compute_mask(
    _inputs: readonly tf.Tensor[],
    mask: readonly (tf.Tensor | null)[] | null,
  ): tf.Tensor | null {
    return mask?.[0] ?? null;
  }

  override compute_output_shape(input_shape: readonly Shape[]): Shape {
    return input_shape[0] ?? [];
  }

  override get_config(): Config {
    return { ...super.get_config(), dropout: this.dropout };
  }
}

function masksOf(args: CallArgs): readonly [tf.Tensor | null, tf.Tensor | null] {
  const { mask } = args;
  if (mask === null) return [null, null];
  if (!Array.isArray(mask) || mask.length < 2) {
    throw new RangeError('The mask of an attention layer is a list: [query mask, value mask].');
  }
  return [mask[0] ?? null, mask[1] ?? null];
}

/** Joins the mask of the values with the rule that no position sees later ones. */
function allowedScores(
  scores: tf.Tensor,
  valueMask: tf.Tensor | null,
  causal: boolean,
): tf.Tensor | null {
  const known = valueMask === null ? null : tf.expandDims(tf.cast(valueMask, 'bool'), -2);
  if (!causal) return known;
  const earlier = lowerTriangle(scores.shape.at(-2) ?? 0, scores.shape.at(-1) ?? 0);
  return known === null ? earlier : tf.logicalAnd(known, earlier);
}

/** Makes a matrix that is true on and below the diagonal. */
export function lowerTriangle(rows: number, columns: number): tf.Tensor {
  const row = tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]);
  return tf.greaterEqual(row, tf.reshape(tf.range(0, columns, 1, 'int32'), [1, columns]));
}
