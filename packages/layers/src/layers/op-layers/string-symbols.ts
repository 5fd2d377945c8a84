import * as tf from '@tensorflow/tfjs-core';
import {
  boolAttr,
  callOneOp,
  callOp,
  intAttr,
  type OpAttr,
  textAttr,
  typeAttr,
} from './op-call.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];
type Attrs = Readonly<Record<string, OpAttr>>;

/** Texts, also a single one that the config gives. */
export function textsOf(value: unknown): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  return tf.tensor(plainTexts(value) as string, undefined, 'string');
}

/** Texts in lists; Keras notes those of a constant tensor as bytes in UTF-8. */
function plainTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainTexts);
  const isBytes = typeof value === 'object' && value !== null && 'class_name' in value;
  return isBytes && 'value' in value ? value.value : value;
}

/** A single text, which the config gives. */
const textOf = (value: unknown): string =>
  value instanceof tf.Tensor ? String(value.dataSync<'string'>()[0]) : String(value);

/** A function of texts, element by element. */
const mapped =
  (
    op: string,
    dtype: tf.DataType = 'string',
    attrs: (args: SymbolArgs) => Attrs = () => ({}),
  ): SymbolFunction =>
  (input, args) => {
    const x = textsOf(input);
    return callOneOp({
      op,
      inputs: [x],
      attrs: attrs(args),
      outputs: [{ shape: x.shape, dtype }],
    });
  };

const encoding = (args: SymbolArgs): Attrs => ({ encoding: textAttr(args.text('encoding', '')) });

const unit = (args: SymbolArgs): Attrs => ({ unit: textAttr(args.text('unit', 'BYTE')) });

const buckets = (args: SymbolArgs): Attrs => ({
  num_buckets: intAttr(args.number('num_buckets', 1)),
});

const strongBuckets = (args: SymbolArgs): Attrs => ({
  ...buckets(args),
  key: { list: { i: args.numbers('key').map(BigInt) } },
});

const regexReplace: SymbolFunction = (input, args) =>
  mapped('StaticRegexReplace', 'string', () => ({
    pattern: textAttr(args.text('pattern', '')),
    rewrite: textAttr(args.text('rewrite', '')),
    replace_global: boolAttr(args.raw('replace_global') !== false),
  }))(input, args);

const broadcast = (...tensors: tf.Tensor[]): number[] =>
  tensors.reduce<number[]>(
    (shape, each) => tf.broadcast_util.assertAndGetBroadcastShape(shape, each.shape),
    [],
  );

const substr: SymbolFunction = (input, args) => {
  const x = textsOf(input);
  const [position, length] = [args.tensor('pos'), args.tensor('len')].map((each) =>
    tf.cast(each, 'int32'),
  ) as [tf.Tensor, tf.Tensor];
  const shape = broadcast(x, position, length);
  const whole = (each: tf.Tensor): tf.Tensor => tf.broadcastTo(each, position.shape);
  return callOneOp({
    op: 'Substr',
    inputs: [x, position, whole(length)],
    attrs: { T: typeAttr('int32'), ...unit(args) },
    outputs: [{ shape, dtype: 'string' }],
  });
};

/** Joins texts element by element; single ones go with every element. */
export function joinTexts(texts: readonly tf.Tensor[], separator: string): tf.Tensor {
  const attrs = { N: intAttr(texts.length), separator: textAttr(separator) };
  const outputs = [{ shape: broadcast(...texts), dtype: 'string' as const }];
  return callOneOp({ op: 'StringJoin', inputs: [texts], attrs, outputs });
}

const join: SymbolFunction = (input, args) =>
  joinTexts([input].flat().map(textsOf), args.text('separator', ''));

const reduceJoin: SymbolFunction = (input, args) => {
  const x = textsOf(input);
  const given = args.axes() ?? args.axes('reduction_indices');
  // Without axes all are joined, the last one first.
  const axes = given === undefined ? x.shape.map((_, axis) => x.rank - 1 - axis) : [given].flat();
  const places = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
  const keep = args.flag('keepdims') || args.flag('keep_dims');
  const shape = keep
    ? x.shape.map((size, axis) => (places.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !places.includes(axis));
  const attrs = { keep_dims: boolAttr(keep), separator: textAttr(args.text('separator', '')) };
  const inputs = [x, tf.tensor1d(places, 'int32')];
  return callOneOp({ op: 'ReduceJoin', inputs, attrs, outputs: [{ shape, dtype: 'string' }] });
};

const NUMBERS: ReadonlyMap<string, 'int32' | 'int64' | 'float32' | 'float64'> = new Map([
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['float64', 'float64'],
]);

const toNumber: SymbolFunction = (input, args) => {
  const type = NUMBERS.get(args.text('out_type', 'float32')) ?? 'float32';
  const dtype = type.startsWith('int') ? 'int32' : 'float32';
  return mapped('StringToNumber', dtype, () => ({ out_type: typeAttr(type) }))(input, args);
};

const asString: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const attrs = {
    T: typeAttr(x.dtype as 'int32'),
    precision: intAttr(args.number('precision', -1)),
    scientific: boolAttr(args.flag('scientific')),
    shortest: boolAttr(args.flag('shortest')),
    width: intAttr(args.number('width', -1)),
    fill: textAttr(args.text('fill', '')),
  };
  return callOneOp({
    op: 'AsString',
    inputs: [x],
    attrs,
    outputs: [{ shape: x.shape, dtype: 'string' }],
  });
};

const format: SymbolFunction = (input, args) => {
  const given = args.raw('inputs');
  const values = (Array.isArray(given) ? given : [given]).map((each) => toOperand(each));
  const attrs = {
    T: { list: { type: values.map(({ dtype }) => typeAttr(dtype as 'int32').type ?? 0) } },
    template: textAttr(textOf(input)),
    placeholder: textAttr(args.text('placeholder', '{}')),
    summarize: intAttr(args.number('summarize', 3)),
  };
  const outputs = [{ shape: [], dtype: 'string' as const }];
  return callOneOp({ op: 'StringFormat', inputs: [values], attrs, outputs });
};

const transcode: SymbolFunction = (input, args) =>
  mapped('UnicodeTranscode', 'string', () => ({
    input_encoding: textAttr(args.text('input_encoding', 'UTF-8')),
    output_encoding: textAttr(args.text('output_encoding', 'UTF-8')),
    errors: textAttr(args.text('errors', 'replace')),
    replacement_char: intAttr(args.number('replacement_char', 0xfffd)),
    replace_control_characters: boolAttr(args.flag('replace_control_characters')),
  }))(input, args);

const segmentJoin: SymbolFunction = (input, args) => {
  const x = textsOf(input);
  const ids = tf.cast(args.tensor('segment_ids'), 'int32');
  const count = args.number('num_segments', 0);
  const attrs = {
    Tindices: typeAttr('int32'),
    Tnumsegments: typeAttr('int32'),
    separator: textAttr(args.text('separator', '')),
  };
  const outputs = [{ shape: [count, ...x.shape.slice(ids.rank)], dtype: 'string' as const }];
  const inputs = [x, ids, tf.scalar(count, 'int32')];
  return callOneOp({ op: 'UnsortedSegmentJoin', inputs, attrs, outputs });
};

/** Joins neighbouring texts along the last axis; several widths follow each other. */
const ngrams: SymbolFunction = (input, args) => {
  const x = textsOf(input);
  const size = x.shape.at(-1) ?? 0;
  const separator = args.text('separator', ' ');
  const parts = args.numbers('ngram_width').map((width) => {
    const count = Math.max(size - width + 1, 0);
    const shifted = Array.from({ length: width }, (_, i) =>
      tf.slice(
        x,
        x.shape.map((_size, axis) => (axis === x.rank - 1 ? i : 0)),
        [...x.shape.slice(0, -1), count],
      ),
    );
    return joinTexts(shifted, separator);
  });
  return tf.concat(parts, x.rank - 1);
};

const decodeRaw: SymbolFunction = (input, args) => {
  const x = textsOf(input);
  const type = args.text('out_type', 'uint8');
  const dtype = /^float/.test(type) ? 'float32' : 'int32';
  return callOp({
    op: 'DecodeRaw',
    inputs: [x],
    attrs: {
      out_type: typeAttr(type as 'uint8'),
      little_endian: boolAttr(args.raw('little_endian') !== false),
    },
    outputs: [{ shape: [...x.shape, null], dtype }],
  });
};

/** Returns the functions of texts by their names without `tf.`. */
export function stringSymbols(): readonly Entry[] {
  const replacing: SymbolFunction = (input, args) => regexReplace(input, args);
  return [
    ['strings.lower', mapped('StringLower', 'string', encoding)],
    ['strings.upper', mapped('StringUpper', 'string', encoding)],
    ['strings.strip', mapped('StringStrip')],
    ['strings.length', mapped('StringLength', 'int32', unit)],
    ['strings.substr', substr],
    ['strings.regex_replace', replacing],
    [
      'strings.regex_full_match',
      mapped('StaticRegexFullMatch', 'bool', (args) => ({
        pattern: textAttr(args.text('pattern', '')),
      })),
    ],
    ['strings.join', join],
    ['strings.reduce_join', reduceJoin],
    ['strings.to_hash_bucket', mapped('StringToHashBucket', 'int32', buckets)],
    ['strings.to_hash_bucket_fast', mapped('StringToHashBucketFast', 'int32', buckets)],
    ['strings.to_hash_bucket_strong', mapped('StringToHashBucketStrong', 'int32', strongBuckets)],
    ['strings.to_number', toNumber],
    ['strings.as_string', asString],
    ['strings.format', format],
    ['strings.unicode_transcode', transcode],
    ['strings.unsorted_segment_join', segmentJoin],
    ['strings.ngrams', ngrams],
    [
      'io.encode_base64',
      mapped('EncodeBase64', 'string', (args) => ({ pad: boolAttr(args.flag('pad')) })),
    ],
    ['io.decode_base64', mapped('DecodeBase64')],
    ['io.decode_raw', (input, args) => decodeRaw(input, args)],
  ];
}
