import { fingerprint64 } from '@km/core/fingerprint64';
import { isTracing, sipHash } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf, set_rows } from '../../engine/rows.ts';
import type { Config, LayerConfig, Shape } from '../base.ts';
import { integer, oneOf } from '../sizes.ts';
import { encodeCategories, encodedShape, modeName, type OutputMode } from './encode-categories.ts';
import { bytesOf, fromHost, type Token, tokensOf } from './host-values.ts';
import { encodingDType } from './output-dtype.ts';
import { OwnDTypeLayer } from './own-dtype-layer.ts';
import { tracedBins } from './traced-hash.ts';

/** Arguments of `Hashing`. */
export interface HashingConfig extends LayerConfig {
  readonly num_bins: number;
  /** Token that gets bin 0 for itself. */
  readonly mask_value?: Token | null;
  /** Key of a hash that cannot be foreseen: one number or two. */
  readonly salt?: number | readonly number[] | null;
  readonly output_mode?: 'int' | 'one_hot' | 'multi_hot' | 'count';
  /** Hint for TensorFlow; tfjs has no sparse tensors, so the values come as a dense tensor. */
  readonly sparse?: boolean;
}

/** Turns texts or whole numbers into bin numbers by hashing. Output shape: that of the input, or an encoding. */
export class Hashing extends OwnDTypeLayer {
  static override readonly className: string = 'Hashing';
  readonly num_bins: number;
  readonly mask_value: Token | null;
  readonly salt: readonly number[] | null;
  readonly output_mode: OutputMode;
  readonly sparse: boolean;

  constructor(config: HashingConfig) {
    const { num_bins, mask_value, salt, output_mode, sparse, ...rest } = config;
    const mode = modeName(output_mode, 'int');
    super({ ...rest, dtype: encodingDType(rest.dtype, mode) });
    this.num_bins = integer(num_bins, 'num_bins');
    this.mask_value = mask_value ?? null;
    this.salt = salt === undefined || salt === null ? null : keyOf(salt);
    this.output_mode = oneOf(mode, ['int', 'one_hot', 'multi_hot', 'count'], 'output_mode');
    this.sparse = sparse ?? false;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const bins = isTracing()
      ? this.#traced(inputs)
      : fromHost(inputs.shape, 'int32', () => tokensOf(inputs).map((token) => this.#bin(token)));
    set_rows(bins, rowsOf(inputs));
    return encodeCategories(bins, this.output_mode, this.num_bins);
  }

  /** Writes the bins into the function that is being traced. */
  #traced(inputs: tf.Tensor): tf.Tensor {
    const mask = this.num_bins > 1 ? this.mask_value : null;
    if (mask === null) return tracedBins(inputs, this.num_bins, this.salt);
    const bins = tracedBins(inputs, this.num_bins - 1, this.salt);
    const masked = tf.equal(inputs, tf.scalar(mask, inputs.dtype));
    return tf.where(masked, tf.zerosLike(bins), tf.add(bins, tf.scalar(1, 'int32')));
  }

  #bin(token: Token): number {
    const masks = this.mask_value !== null && this.num_bins > 1;
    if (masks && token === this.mask_value) return 0;
    const bins = BigInt(masks ? this.num_bins - 1 : this.num_bins);
    const bytes = bytesOf(token);
    const [k0 = 0, k1 = 0] = this.salt ?? [];
    const hash =
      this.salt === null ? fingerprint64(bytes) : sipHash(bytes, [BigInt(k0), BigInt(k1)]);
    return Number(hash % bins) + (masks ? 1 : 0);
  }

  /** As in Keras, this is the shape of the input in every mode; calls find out the true one. */
  override compute_output_shape(input_shape: Shape): Shape {
    return input_shape;
  }

  protected override inferredShape(input_shape: Shape): Shape {
    return encodedShape(input_shape, this.output_mode, this.num_bins);
  }

  override get_config(): Config {
    const { num_bins, salt, mask_value, output_mode, sparse } = this;
    return { ...super.get_config(), num_bins, salt, mask_value, output_mode, sparse };
  }
}

function keyOf(salt: number | readonly number[]): readonly number[] {
  if (typeof salt === 'number') return [salt, salt];
  if (salt.length === 2) return [...salt];
  throw new RangeError(`salt is a whole number or two of them, not ${JSON.stringify(salt)}.`);
}

/** Bin numbers are integers, whatever dtype old files give, whose layers did not use it. */
