import { UnsupportedError } from '@km/core';
import { tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Split, Standardize } from './text-tokens.ts';

/** How texts become tokens in a function that is being traced. */
export interface TracedSplitting {
  /** Name of the layer, for errors. */
  readonly name: string;
  readonly standardize: Standardize;
  readonly split: Split;
  readonly joins: boolean;
}

/** Punctuation as Keras strips it, in the syntax of TensorFlow's regular expressions. */
const PUNCTUATION = '[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\\']';

/**
 * Writes the tokens of each text, filled up with empty ones to the longest row, into the function that is being traced.
 * Input shape: `[batch]` or `[batch, 1]`. The number of columns stands for one that only values tell.
 * @throws UnsupportedError for what no op of TensorFlow does.
 */
export function tracedTokens(texts: tf.Tensor, how: TracedSplitting): tf.Tensor {
  const { split } = how;
  if (how.joins) throw unsupported(how, 'ngrams');
  const alike = tracedStandardize(texts, how);
  if (split === null) return texts.rank === 2 ? alike : tf.reshape(alike, [-1, 1]);
  if (split !== 'whitespace') throw unsupported(how, 'a split other than whitespace');
  const [batch = 1] = texts.shape;
  const flat = texts.rank === 2 ? tf.reshape(alike, [batch]) : alike;
  const [places, tokens, shape] = tracedOp({
    op: 'StringSplitV2',
    inputs: [flat, tf.scalar('', 'string')],
    outputs: [
      { shape: [1, 2], dtype: 'int32' },
      { shape: [1], dtype: 'string' },
      { shape: [2], dtype: 'int32' },
    ],
  }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [rows] = tracedOp({
    op: 'SparseToDense',
    inputs: [places, shape, tokens, tf.scalar('', 'string')],
    outputs: [{ shape: [batch, 1], dtype: 'string' }],
  });
  return rows ?? alike;
}

/** Cuts rows of tokens to a length, or fills them up with empty ones. */
export function withLength(rows: tf.Tensor, length: number): tf.Tensor {
  const [batch = 1] = rows.shape;
  const empty = tf.fill([batch, length], '', 'string');
  return tf.slice(tf.concat([rows, empty], 1), [0, 0], [batch, length]);
}

function tracedStandardize(texts: tf.Tensor, how: TracedSplitting): tf.Tensor {
  const { standardize } = how;
  if (typeof standardize === 'function') throw unsupported(how, 'a function for standardize');
  const outputs = [{ shape: texts.shape, dtype: 'string' as const }];
  let alike = texts;
  if (standardize === 'lower' || standardize === 'lower_and_strip_punctuation') {
    [alike = texts] = tracedOp({ op: 'StringLower', inputs: [alike], outputs });
  }
  if (standardize === 'strip_punctuation' || standardize === 'lower_and_strip_punctuation') {
    const encoder = new TextEncoder();
    const attrs = {
      pattern: { s: encoder.encode(PUNCTUATION) },
      rewrite: { s: encoder.encode('') },
    };
    [alike = texts] = tracedOp({ op: 'StaticRegexReplace', inputs: [alike], attrs, outputs });
  }
  return alike;
}

function unsupported({ name }: TracedSplitting, what: string): UnsupportedError {
  return new UnsupportedError(
    `${name}: a graph cannot express ${what} yet. Save with save_traces=false, which keeps configurations only.`,
  );
}
