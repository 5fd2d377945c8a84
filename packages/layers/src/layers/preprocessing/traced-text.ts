import { UnsupportedError } from '@km/core';
import { tracedLength, tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Split, Standardize } from './text-tokens.ts';

/** How texts become tokens in a function that is being traced. */
export interface TracedSplitting {
  /** Name of the layer, for errors. */
  readonly name: string;
  readonly standardize: Standardize;
  readonly split: Split;
  /** Numbers of neighbouring tokens that are joined; null for the tokens themselves. */
  readonly widths: readonly number[] | null;
  /** Length to which rows are cut or filled up; null for that of the longest. */
  readonly length: number | null;
}

/** Punctuation as Keras strips it, in the syntax of TensorFlow's regular expressions. */
const PUNCTUATION = '[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\\']';

/** Tokens of all texts, and where those of each text begin and end. */
interface Ragged {
  readonly values: tf.Tensor;
  readonly splits: tf.Tensor;
}

/**
 * Writes the tokens of each text, filled up with empty ones, into the function that is being traced.
 * Input shape: `[batch]` or `[batch, 1]`. Output shape: `[batch, tokens]`.
 * @throws UnsupportedError for what no op of TensorFlow does.
 */
export function tracedTokens(texts: tf.Tensor, how: TracedSplitting): tf.Tensor {
  const { split, widths, length } = how;
  const alike = tracedStandardize(texts, how);
  const [batch = 1, width = 1] = texts.shape;
  const whole = tf.reshape(alike, [batch, width]);
  if (split === null && widths === null && length === null) return whole;
  const tokens = split === null ? rowsOf(whole) : splitTexts(tf.reshape(alike, [batch]), how);
  return padded(widths === null ? tokens : joined(tokens, widths), batch, length);
}

/** Each row of texts as it is. */
function rowsOf(texts: tf.Tensor): Ragged {
  const [batch = 1, width = 1] = texts.shape;
  const splits = tf.range(0, batch * width + 1, width, 'int32');
  return { values: tf.reshape(texts, [batch * width]), splits };
}

function splitTexts(texts: tf.Tensor, how: TracedSplitting): Ragged {
  if (how.split === 'whitespace') return splitAtWhitespace(texts);
  if (how.split === 'character') return splitCharacters(texts);
  throw unsupported(how, 'a function for split');
}

function splitAtWhitespace(texts: tf.Tensor): Ragged {
  const [batch = 1] = texts.shape;
  const count = tracedLength();
  const [places, values] = tracedOp({
    op: 'StringSplitV2',
    inputs: [texts, tf.scalar('', 'string')],
    outputs: [
      { shape: [count, 2], dtype: 'int32' },
      { shape: [count], dtype: 'string' },
      { shape: [2], dtype: 'int32' },
    ],
  }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const rows = tf.reshape(tf.slice(places, [0, 0], [-1, 1]), [count]) as tf.Tensor1D;
  const counts = tf.unsortedSegmentSum(tf.onesLike(rows), rows, batch);
  return { values, splits: tf.concat([tf.zeros([1], 'int32'), tf.cumsum(counts)]) };
}

function splitCharacters(texts: tf.Tensor): Ragged {
  const [batch = 1] = texts.shape;
  const count = tracedLength();
  const [splits, codes] = tracedOp({
    op: 'UnicodeDecode',
    inputs: [texts],
    attrs: { input_encoding: textAttr('UTF-8') },
    outputs: [
      { shape: [batch + 1], dtype: 'int32' },
      { shape: [count], dtype: 'int32' },
    ],
  }) as [tf.Tensor, tf.Tensor];
  const [values] = tracedOp({
    op: 'UnicodeEncode',
    inputs: [codes, tf.range(0, count + 1, 1, 'int32')],
    inputTypes: [null, 'int64'],
    attrs: { output_encoding: textAttr('UTF-8') },
    outputs: [{ shape: [count], dtype: 'string' }],
  }) as [tf.Tensor];
  return { values, splits };
}

/** Joins neighbouring tokens of each text. */
function joined({ values, splits }: Ragged, widths: readonly number[]): Ragged {
  const [groups, ends] = tracedOp({
    op: 'StringNGrams',
    inputs: [values, splits],
    inputTypes: [null, 'int64'],
    attrs: {
      separator: textAttr(' '),
      ngram_widths: { list: { i: widths.map(BigInt) } },
      left_pad: textAttr(''),
      right_pad: textAttr(''),
      pad_width: { i: 0n },
      preserve_short_sequences: { b: false },
    },
    outputs: [
      { shape: [tracedLength()], dtype: 'string' },
      { shape: splits.shape, dtype: 'int32' },
    ],
  }) as [tf.Tensor, tf.Tensor];
  return { values: groups, splits: ends };
}

/** The tokens as rows of one length. */
function padded({ values, splits }: Ragged, batch: number, length: number | null): tf.Tensor {
  const [rows = values] = tracedOp({
    op: 'RaggedTensorToTensor',
    inputs: [tf.tensor1d([-1, length ?? -1], 'int32'), values, tf.scalar('', 'string'), [splits]],
    inputTypes: ['int64', null, null, 'int64'],
    attrs: { row_partition_types: { list: { s: [new TextEncoder().encode('ROW_SPLITS')] } } },
    outputs: [{ shape: [batch, length ?? tracedLength()], dtype: 'string' }],
  });
  return rows;
}

function textAttr(text: string): { readonly s: Uint8Array } {
  return { s: new TextEncoder().encode(text) };
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
    const attrs = { pattern: textAttr(PUNCTUATION), rewrite: textAttr('') };
    [alike = texts] = tracedOp({ op: 'StaticRegexReplace', inputs: [alike], attrs, outputs });
  }
  return alike;
}

function unsupported({ name }: TracedSplitting, what: string): UnsupportedError {
  return new UnsupportedError(
    `${name}: a graph cannot express ${what}. Save with save_traces=false, which keeps configurations only.`,
  );
}
