import { concatenateFingerprints, fingerprint64 } from '@km/core/fingerprint64';
import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Config, LayerConfig, Shape } from '../base.ts';
import { integer, oneOf } from '../sizes.ts';
import { encodeCategories, encodedShape, modeName, type OutputMode } from './encode-categories.ts';
import { bytesOf, fromHost, type Token, tokensOf } from './host-values.ts';
import { strictEncodingDType } from './output-dtype.ts';
import { OwnDTypeLayer } from './own-dtype-layer.ts';
import { tracedCrossing } from './traced-hash.ts';

/** Arguments of `HashedCrossing`. */
export interface HashedCrossingConfig extends LayerConfig {
  readonly num_bins: number;
  readonly output_mode?: 'int' | 'one_hot';
  /** Hint for TensorFlow; tfjs has no sparse tensors, so the values come as a dense tensor. */
  readonly sparse?: boolean;
}

/** Where TensorFlow's crossing starts its hashes. */
const HASH_KEY = 0xdecafcaffen;
const MASK = (1n << 64n) - 1n;

/** Joins two or more features to one and hashes it. Input shapes: `[batch]` or `[batch, 1]` each. */
export class HashedCrossing extends OwnDTypeLayer {
  static override readonly className: string = 'HashedCrossing';
  readonly num_bins: number;
  readonly output_mode: OutputMode;
  readonly sparse: boolean;

  constructor(config: HashedCrossingConfig) {
    const { num_bins, output_mode, sparse, ...rest } = config;
    const mode = modeName(output_mode, 'int');
    super({ ...rest, dtype: strictEncodingDType(rest.dtype, mode, 'HashedCrossing') });
    this.num_bins = integer(num_bins, 'num_bins');
    this.output_mode = oneOf(mode, ['int', 'one_hot'], 'output_mode');
    this.sparse = sparse ?? false;
  }

  override call(inputs: readonly tf.Tensor[]): tf.Tensor {
    const [first] = inputs;
    if (first === undefined || inputs.length < 2) {
      throw new RangeError(`${this.name}: is called on a list of at least 2 tensors.`);
    }
    const bad = inputs.find((x) => x.rank > 2 || !tf.util.arraysEqual(x.shape, first.shape));
    if (bad !== undefined || (first.rank === 2 && first.shape[1] !== 1)) {
      throw new RangeError(`${this.name}: the inputs all have the shape [batch] or [batch, 1].`);
    }
    const bins = isTracing()
      ? tf.reshape(tracedCrossing(inputs, this.num_bins, HASH_KEY), first.shape)
      : fromHost(first.shape, 'int32', () => this.#bins(inputs.map(tokensOf)));
    return encodeCategories(bins, this.output_mode, this.num_bins);
  }

  #bins(features: readonly (readonly Token[])[]): number[] {
    return (features[0] ?? []).map((_, i) => {
      const hash = features.reduce(
        (joined, tokens) => concatenateFingerprints(joined, featureHash(tokens[i] ?? '')),
        HASH_KEY,
      );
      return Number(hash % BigInt(this.num_bins));
    });
  }

  protected override inferredShape(input_shape: readonly Shape[]): Shape {
    return encodedShape(input_shape[0] ?? [], this.output_mode, this.num_bins);
  }

  override get_config(): Config {
    const { num_bins, output_mode, sparse } = this;
    return { ...super.get_config(), num_bins, output_mode, sparse };
  }
}

/** Whole numbers stand for themselves, texts for their fingerprints. */
function featureHash(token: Token): bigint {
  return typeof token === 'number' ? BigInt(token) & MASK : fingerprint64(bytesOf(token));
}
