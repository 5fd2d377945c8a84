import { UnsupportedError } from '@km/core';
import { isMetaBackend } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { softmaxOfRows } from '../../activations/softmax.ts';
import { hasRows, raggedOf, rowsOf, withObjects } from '../../engine/rows.ts';
import { concat, expandDims, squeeze, stack } from '../../ragged/join.ts';
import { RaggedTensor, type RaggedValues } from '../../ragged/ragged-tensor.ts';
import { type Reduction, reduce } from '../../ragged/reduce.ts';
import { booleanMask, gatherRows, mapRows, reverse, span, tile } from '../../ragged/select.ts';
import type { Config, Tensors } from '../base.ts';
import { splitText } from '../preprocessing/text-tokens.ts';
import { onValues } from './ragged-operands.ts';
import { worksOnValues } from './ragged-values.ts';
import { SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

/** A function of which some operand is ragged. */
type RaggedFunction = (input: unknown, args: SymbolArgs) => RaggedValues;

/** A function of a ragged tensor. */
const ofOne =
  (fn: (x: RaggedTensor, args: SymbolArgs) => RaggedValues): RaggedFunction =>
  (input, args) => {
    if (input instanceof RaggedTensor) return fn(input, args);
    throw new RangeError('The first argument must be the ragged one.');
  };

function axisOf(args: SymbolArgs, rank: number, fallback: number = 0): number {
  const axis = args.number('axis', fallback);
  return axis < 0 ? axis + rank : axis;
}

function rankOf(parts: readonly RaggedValues[]): number {
  return Math.max(...parts.map(({ rank }) => rank));
}

function reducer(how: Reduction): RaggedFunction {
  return ofOne((x, args) => {
    const given = args.axes();
    const keepdims = args.flag('keepdims');
    if (given === undefined) return overAll(x, how);
    const axes = (Array.isArray(given) ? given : [given]).map((axis) =>
      axis < 0 ? axis + x.rank : axis,
    );
    const [axis, ...others] = axes;
    if (axis === undefined || others.length > 0) {
      throw new RangeError('A ragged tensor is reduced over one axis at a time.');
    }
    return reduce(x, how, axis, keepdims);
  });
}

function overAll(x: RaggedTensor, how: Reduction): RaggedValues {
  const { flat_values } = x;
  return reduce(tf.reshape(flat_values, [flat_values.size]), how, 0);
}

function gather(input: unknown, args: SymbolArgs): RaggedValues {
  const indices = args.raw('indices');
  if (indices instanceof RaggedTensor) {
    const from = input instanceof tf.Tensor ? input : tf.tensor(input as number[]);
    return indices.with_flat_values(tf.gather(from, tf.cast(indices.flat_values, 'int32')));
  }
  if (!(input instanceof RaggedTensor) || args.number('axis', 0) !== 0) {
    throw new RangeError('Only rows of a ragged tensor can be gathered.');
  }
  return gatherRows(input, Int32Array.from(args.numbers('indices')));
}

/** Joins the texts of each row. */
function reduceJoin(x: RaggedTensor, args: SymbolArgs): RaggedValues {
  const axis = axisOf(args, x.rank, -1);
  const { values } = x;
  if (values instanceof RaggedTensor) {
    return x.with_values(reduceJoin(values, args.with({ axis: axis - 1 })));
  }
  if (axis !== 1 || values.rank !== 1) {
    throw new RangeError('Texts are joined along the ragged axis only.');
  }
  if (isMetaBackend()) return tf.fill([x.nrows()], '', 'string');
  const texts = values.dataSync<'string'>();
  const joined = Array.from(x.row_starts(), (start, row) =>
    [...texts.slice(start, x.row_splits[row + 1])].join(args.text('separator', '')),
  );
  return tf.tensor1d(joined, 'string');
}

function mask(x: RaggedTensor, args: SymbolArgs): RaggedValues {
  const given = args.raw('mask');
  // Which values stay is not known where shapes alone are worked out, and changes none.
  if (isMetaBackend()) return mapRows(x, span);
  const flat = given instanceof RaggedTensor ? given.flat_values : null;
  if (flat === null) throw new RangeError('The mask must be ragged as its values are.');
  return booleanMask(x, flat.dataSync());
}

const FUNCTIONS: ReadonlyMap<string, RaggedFunction> = new Map<string, RaggedFunction>([
  [
    'concat',
    (input, args) => concat(input as RaggedValues[], axisOf(args, rankOf(input as RaggedValues[]))),
  ],
  [
    'stack',
    (input, args) =>
      stack(input as RaggedValues[], axisOf(args, rankOf(input as RaggedValues[]) + 1)),
  ],
  ['expand_dims', ofOne((x, args) => expandDims(x, axisOf(args, x.rank + 1)))],
  ['squeeze', ofOne((x, args) => squeeze(x, axisOf(args, x.rank)))],
  ['gather', gather],
  ['boolean_mask', ofOne(mask)],
  ['softmax', ofOne((x, args) => softmaxOfRows(x, args.number('axis', -1)))],
  [
    'reverse',
    ofOne((x, args) =>
      args
        .numbers('axis')
        .reduce<RaggedValues>((y, axis) => reverse(y, axis < 0 ? axis + x.rank : axis), x),
    ),
  ],
  ['tile', ofOne((x, args) => tile(x, args.numbers('multiples')))],
  ['size', ofOne((x) => tf.scalar(x.flat_values.size, 'int32'))],
  ['rank', ofOne((x) => tf.scalar(x.rank, 'int32'))],
  ['reduce_join', ofOne(reduceJoin)],
  ...(
    [
      ['reduce_sum', 'sum'],
      ['reduce_mean', 'mean'],
      ['reduce_max', 'max'],
      ['reduce_min', 'min'],
      ['reduce_prod', 'prod'],
      ['reduce_any', 'any'],
      ['reduce_all', 'all'],
      ['reduce_variance', 'variance'],
      ['reduce_std', 'std'],
    ] as const
  ).map(([name, how]): [string, RaggedFunction] => [name, reducer(how)]),
]);

/** Functions that give ragged tensors, also of plain ones. */
export function raggedSymbols(): [string, SymbolFunction][] {
  return [
    ['strings.split', split],
    [
      'ragged.boolean_mask',
      (input, args) => {
        const [x, given] = [input, args.raw('mask')] as [tf.Tensor, tf.Tensor];
        const all = { data: RaggedTensor.from_tensor(x), mask: RaggedTensor.from_tensor(given) };
        return mask(all.data, args.with({ mask: all.mask })) as tf.Tensor;
      },
    ],
  ];
}

/** Splits each text of a vector at a separator, or at white space. */
function split(input: unknown, args: SymbolArgs): tf.Tensor {
  const texts = toOperand(input);
  const [count = 1] = texts.shape;
  if (texts.rank !== 1 || args.number('maxsplit', -1) >= 0) {
    throw new RangeError('tf.strings.split takes a vector of texts, and no maxsplit, here.');
  }
  if (isMetaBackend()) {
    const filler = tf.fill([count], '', 'string');
    return RaggedTensor.from_row_splits(filler, span(0, count + 1)) as unknown as tf.Tensor;
  }
  const separator = args.text('sep', '');
  const rows = Array.from(texts.dataSync<'string'>(), (text) =>
    separator === '' ? splitText(text, 'whitespace') : text.split(separator),
  );
  const values = tf.tensor1d(rows.flat(), 'string');
  const lengths = rows.map(({ length }) => length);
  return RaggedTensor.from_row_lengths(values, lengths) as unknown as tf.Tensor;
}

/** True when some argument of a call is ragged. */
export function takesRagged(input: unknown, given: Config): boolean {
  return hasRows(input) || hasRows(given);
}

/**
 * Applies a function of TensorFlow where operands are ragged.
 * @throws UnsupportedError for a function that is not known to take them.
 */
export function onRagged(
  symbol: string,
  fn: SymbolFunction,
  input: unknown,
  given: Config,
): Tensors {
  const found = FUNCTIONS.get(symbol.split('.').at(-1) ?? '');
  if (found !== undefined) {
    return found(withObjects(input), new SymbolArgs(withObjects(given))) as unknown as Tensors;
  }
  const chooses = /^where(_v2)?$/.test(symbol);
  if (worksOnValues(symbol) && (!chooses || (given.x ?? null) !== null)) {
    return onValues(symbol, fn, input, given);
  }
  throw new UnsupportedError(
    `tf.${symbol} is called on a ragged tensor, which is not known here: pad it before with to_tensor().`,
  );
}

/** The ragged tensor of a tensor with rows. */
export function requireRagged(input: unknown, what: string): RaggedTensor {
  if (input instanceof RaggedTensor) return input;
  if (input instanceof tf.Tensor && rowsOf(input) !== null) return raggedOf(input);
  throw new UnsupportedError(`${what} is known for ragged tensors only.`);
}
