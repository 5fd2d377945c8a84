import { tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';

/** Texts of whole numbers, and texts themselves, in the function that is being traced. */
function textsOf(x: tf.Tensor): tf.Tensor {
  if (x.dtype === 'string') return x;
  const outputs = [{ shape: x.shape, dtype: 'string' as const }];
  return tracedOp({ op: 'AsString', inputs: [x], outputs })[0] ?? x;
}

/**
 * Writes bin numbers of texts or whole numbers into the function that is being traced.
 *
 * @param key Key of a hash that cannot be foreseen; null for the plain one.
 */
export function tracedBins(x: tf.Tensor, count: number, key: readonly number[] | null): tf.Tensor {
  const attrs = { num_buckets: { i: BigInt(count) } };
  const [bins = x] = tracedOp({
    op: key === null ? 'StringToHashBucketFast' : 'StringToHashBucketStrong',
    inputs: [textsOf(x)],
    attrs: key === null ? attrs : { ...attrs, key: { list: { i: key.map(BigInt) } } },
    outputs: [{ shape: x.shape, dtype: 'int32' }],
  });
  return bins;
}

const STRING = 7;
const INT64 = 9;

/** Writes bin numbers of features that are joined, each [batch, 1], into the function that is being traced. */
export function tracedCrossing(
  features: readonly tf.Tensor[],
  count: number,
  hashKey: bigint,
): tf.Tensor {
  const [batch = 1] = features[0]?.shape ?? [];
  const columns = features.map((feature) => tf.reshape(feature, [batch, 1]));
  const areTexts = columns.every(({ dtype }) => dtype === 'string');
  const [, bins = columns[0]] = tracedOp({
    op: 'SparseCross',
    inputs: [[], [], [], columns],
    inputTypes: columns.map(({ dtype }) => (dtype === 'string' ? 'string' : 'int64')),
    attrs: {
      hashed_output: { b: true },
      num_buckets: { i: BigInt(count) },
      hash_key: { i: hashKey },
      out_type: { type: INT64 },
      internal_type: { type: areTexts ? STRING : INT64 },
    },
    outputs: [
      { shape: [batch, 2], dtype: 'int32' },
      { shape: [batch], dtype: 'int32' },
      { shape: [2], dtype: 'int32' },
    ],
  });
  return bins ?? tf.zeros([batch], 'int32');
}
