import * as tf from '@tensorflow/tfjs-core';
import { flatOfRecord } from '../engine/flat.ts';
import { get, type InitializerIdentifier } from '../initializers/index.ts';

/**
 * Makes the table of a new vocabulary from that of another one: words of both keep their rows, others get new ones.
 * Equals `keras.utils.warmstart_embedding_matrix` for vocabularies in lists.
 * @param base_embeddings Shape `[words of the base, size]`.
 */
export function warmstart_embedding_matrix(
  base_vocabulary: readonly string[],
  new_vocabulary: readonly string[],
  base_embeddings: tf.Tensor,
  new_embeddings_initializer: InitializerIdentifier = 'uniform',
): tf.Tensor {
  const rows = new Map(base_vocabulary.map((word, row) => [word, row]));
  const size = base_embeddings.shape[1];
  if (base_embeddings.rank !== 2 || size === undefined) {
    throw new RangeError('base_embeddings is a matrix with a row for each word.');
  }
  return tf.tidy(() => {
    const initializer = get(new_embeddings_initializer);
    const record = initializer.call([new_vocabulary.length, size], 'float32');
    const made = tf.tensor(Float32Array.from(flatOfRecord(record)), [...record.shape]);
    const all = tf.concat([base_embeddings, made], 0);
    const taken = new_vocabulary.map((word, row) => rows.get(word) ?? base_vocabulary.length + row);
    return tf.gather(all, tf.tensor1d(taken, 'int32'));
  });
}
