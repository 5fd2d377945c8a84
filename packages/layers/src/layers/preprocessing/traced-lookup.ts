import { type TracedHandle, tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Token } from './host-values.ts';

/** The fixed table of a lookup layer, to which the functions of a saved model hold a handle. */
export class LookupTable implements TracedHandle {
  readonly name: string = 'lookup_table';
  /** The layer that the table belongs to. */
  readonly owner: object;
  readonly keys: readonly Token[];
  readonly values: readonly Token[];
  readonly keysAreText: boolean;
  readonly valuesAreText: boolean;

  /** @param places Numbers of the tokens; the table of a layer with `invert` finds tokens by them. */
  constructor(
    owner: { readonly invert: boolean },
    places: ReadonlyMap<Token, number>,
    tokensAreText: boolean,
  ) {
    const [tokens, numbers] = [[...places.keys()], [...places.values()]];
    this.owner = owner;
    this.keys = owner.invert ? numbers : tokens;
    this.values = owner.invert ? tokens : numbers;
    this.keysAreText = tokensAreText && !owner.invert;
    this.valuesAreText = tokensAreText && owner.invert;
  }
}

const STRING = 7;
const INT64 = 9;

/** Writes a look into a table into the function that is being traced; what is not in the table becomes `fallback`. */
function tracedFind(table: LookupTable, x: tf.Tensor, fallback: Token): tf.Tensor {
  const { keysAreText, valuesAreText } = table;
  const [found] = tracedOp({
    op: 'LookupTableFindV2',
    resources: [table],
    inputs: [x, tf.scalar(fallback, valuesAreText ? 'string' : 'int32')],
    inputTypes: [keysAreText ? 'string' : 'int64', valuesAreText ? 'string' : 'int64'],
    attrs: { Tout: { type: valuesAreText ? STRING : INT64 } },
    outputs: [{ shape: x.shape, dtype: valuesAreText ? 'string' : 'int32' }],
  });
  return found ?? x;
}

/** How tokens that are in no table are numbered. */
export interface UnknownTokens {
  /** Numbers for them; without any they are errors. */
  readonly count: number;
  /** The first of these numbers. */
  readonly start: number;
  /** The token that stands for none, and its number; null when there is none. */
  readonly mask: readonly [Token, number] | null;
}

/** Writes the numbers of tokens into the function that is being traced. */
export function tracedNumbers(
  table: LookupTable,
  x: tf.Tensor,
  { count, start, mask }: UnknownTokens,
): tf.Tensor {
  // No token has the number −2.
  const found = tracedFind(table, x, count === 1 ? start : -2);
  const ids =
    mask === null ? found : tf.where(isToken(x, mask[0]), tf.scalar(mask[1], 'int32'), found);
  if (count === 1) return ids;
  const unknown = tf.equal(ids, tf.scalar(-2, 'int32'));
  if (count === 0) {
    tracedAssert(tf.logicalNot(unknown), 'A value is not in the vocabulary.');
    return ids;
  }
  return tf.where(unknown, tf.add(tracedBuckets(x, count), tf.scalar(start, 'int32')), ids);
}

/** Writes a look for the tokens of numbers into the function that is being traced. */
export function tracedTexts(
  table: LookupTable,
  ids: tf.Tensor,
  unknown: Token,
  mask: Token | null,
): tf.Tensor {
  const found = tracedFind(table, ids, unknown);
  if (mask === null) return found;
  const none = tf.scalar(mask, table.valuesAreText ? 'string' : 'int32');
  const { dtype } = found;
  const [texts = found] = tracedOp({
    op: 'SelectV2',
    inputs: [isToken(ids, 0), none, found],
    outputs: [{ shape: found.shape, dtype }],
  });
  return texts;
}

/** Writes where a token stands. */
function isToken(x: tf.Tensor, token: Token): tf.Tensor {
  const [equal] = tracedOp({
    op: 'Equal',
    inputs: [x, tf.scalar(token, x.dtype === 'string' ? 'string' : 'int32')],
    ...(x.dtype === 'string' ? {} : { inputTypes: ['int64', 'int64'] }),
    outputs: [{ shape: x.shape, dtype: 'bool' }],
  });
  return equal ?? x;
}

/** Writes the hash of texts, or the remainder of whole numbers, below `count`. */
function tracedBuckets(x: tf.Tensor, count: number): tf.Tensor {
  if (x.dtype !== 'string') return tf.mod(tf.cast(x, 'int32'), tf.scalar(count, 'int32'));
  const [hash] = tracedOp({
    op: 'StringToHashBucketFast',
    inputs: [x],
    attrs: { num_buckets: { i: BigInt(count) } },
    outputs: [{ shape: x.shape, dtype: 'int32' }],
  });
  return hash ?? x;
}

/** Writes a check that fails with a message where any value is false. */
function tracedAssert(values: tf.Tensor, message: string): void {
  tracedOp({
    op: 'Assert',
    inputs: [tf.all(values), tf.scalar(message, 'string')],
    attrs: { T: { list: { type: [STRING] } } },
    outputs: [],
  });
}
