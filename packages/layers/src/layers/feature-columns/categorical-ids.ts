import { MalformedError } from '@km/core';
import { concatenateFingerprints, fingerprint64 } from '@km/core/fingerprint64';
import type * as tf from '@tensorflow/tfjs-core';
import { bytesOf, type Token, tokensOf } from '../preprocessing/host-values.ts';
import {
  boundariesOf,
  bucketsOf,
  crossedKeys,
  type FeatureColumn,
  innerColumn,
  vocabularyOf,
} from './feature-column.ts';

/** A category of a sample and how much it counts. */
export interface Category {
  readonly id: number;
  readonly weight: number;
}

/** Tensors by the names of features. */
export type Features = Readonly<Record<string, tf.Tensor>>;

/** Where TensorFlow's crossing starts its hashes, unless a column tells. */
const HASH_KEY = 0xdecafcaffen;
const MASK = (1n << 64n) - 1n;

/** A feature. @throws MalformedError when it is not among the inputs. */
export function featureOf(features: Features, key: unknown): tf.Tensor {
  const found = Object.hasOwn(features, String(key)) ? features[String(key)] : undefined;
  if (found !== undefined) return found;
  throw new MalformedError(
    `DenseFeatures: the feature '${String(key)}' is missing. Given are: ${Object.keys(features).join(', ')}.`,
  );
}

/** Rows of a feature. */
function rowsOf<T>(x: tf.Tensor, values: readonly T[]): T[][] {
  const [batch = 0] = x.shape;
  const width = batch === 0 ? 0 : x.size / batch;
  return Array.from({ length: batch }, (_, i) => values.slice(i * width, (i + 1) * width));
}

/** All tokens of each sample. */
function allTokens(features: Features, key: unknown): Token[][] {
  const x = featureOf(features, key);
  return rowsOf(x, tokensOf(x));
}

/** Tokens of each sample, without empty texts and the number -1, which stand for nothing. */
function tokenRows(features: Features, key: unknown): Token[][] {
  return allTokens(features, key).map((row) => row.filter((token) => token !== '' && token !== -1));
}

/** Intervals of the elements of each sample. */
export function bucketRows(column: FeatureColumn, features: Features): number[][] {
  const x = featureOf(features, innerColumn(column, 'source_column').config.key);
  const bounds = boundariesOf(column);
  return rowsOf(x, Array.from(x.dataSync())).map((row) =>
    row.map((value) => bounds.filter((bound) => value >= Math.fround(bound)).length),
  );
}

/** What a column crosses: tokens as they are, or numbers of categories. */
function crossedTokens(key: string | FeatureColumn, features: Features): Token[][] {
  // Features that are crossed as they are keep what stands for nothing elsewhere.
  if (typeof key === 'string') return allTokens(features, key);
  if (key.class_name === 'BucketizedColumn') {
    const count = boundariesOf(key).length + 1;
    return bucketRows(key, features).map((row) => row.map((bucket, i) => bucket + i * count));
  }
  return categoryRows(key, features).map((row) => row.map(({ id }) => id));
}

const hashOf = (token: Token): bigint =>
  typeof token === 'number' ? BigInt(token) & MASK : fingerprint64(bytesOf(token));

function crossedIds(column: FeatureColumn, features: Features): number[][] {
  const { hash_bucket_size, hash_key } = column.config;
  const start = typeof hash_key === 'number' ? BigInt(hash_key) : HASH_KEY;
  const columns = crossedKeys(column).map((key) => crossedTokens(key, features));
  return (columns[0] ?? []).map((_, row) => {
    const hashes = columns.reduce<bigint[]>(
      (all, tokens) =>
        all.flatMap((hash) =>
          (tokens[row] ?? []).map((token) => concatenateFingerprints(hash, hashOf(token))),
        ),
      [start],
    );
    return hashes.map((hash) => Number(hash % BigInt(Number(hash_bucket_size))));
  });
}

function vocabularyIds(column: FeatureColumn, features: Features): number[][] {
  const vocabulary = vocabularyOf(column);
  const places = new Map(vocabulary.map((token, i) => [token, i]));
  const more = Number(column.config.num_oov_buckets ?? 0);
  const unknown = (token: Token): number =>
    more > 0
      ? vocabulary.length + Number(fingerprint64(bytesOf(token)) % BigInt(more))
      : Number(column.config.default_value ?? -1);
  return tokenRows(features, column.config.key).map((row) =>
    row.map((token) => places.get(token) ?? unknown(token)),
  );
}

function identityIds(column: FeatureColumn, features: Features): number[][] {
  const { key, default_value } = column.config;
  const count = bucketsOf(column);
  return tokenRows(features, key).map((row) =>
    row.map((token) => {
      const id = Number(token);
      if (id >= 0 && id < count) return id;
      if (typeof default_value === 'number') return default_value;
      throw new MalformedError(
        `DenseFeatures: ${id} is no category of '${String(key)}', which has ${count}.`,
      );
    }),
  );
}

function idsOf(column: FeatureColumn, features: Features): number[][] {
  switch (column.class_name) {
    case 'VocabularyListCategoricalColumn':
      return vocabularyIds(column, features);
    case 'IdentityCategoricalColumn':
      return identityIds(column, features);
    case 'CrossedColumn':
      return crossedIds(column, features);
    case 'BucketizedColumn':
      return crossedTokens(column, features).map((row) => row.map(Number));
    default: {
      const count = BigInt(bucketsOf(column));
      return tokenRows(features, column.config.key).map((row) =>
        row.map((token) => Number(fingerprint64(bytesOf(token)) % count)),
      );
    }
  }
}

/** Returns the categories of each sample. */
export function categoryRows(column: FeatureColumn, features: Features): Category[][] {
  if (column.class_name !== 'WeightedCategoricalColumn') {
    return idsOf(column, features).map((row) => row.map((id) => ({ id, weight: 1 })));
  }
  const weights = featureOf(features, column.config.weight_feature_key);
  const rows = rowsOf(weights, Array.from(weights.dataSync()));
  return idsOf(innerColumn(column, 'categorical_column'), features).map((row, i) =>
    row.map((id, place) => ({ id, weight: rows[i]?.[place] ?? 0 })),
  );
}
