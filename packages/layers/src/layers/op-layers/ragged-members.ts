import * as tf from '@tensorflow/tfjs-core';
import { mergeDims } from '../../ragged/join.ts';
import { RaggedTensor, type RaggedValues } from '../../ragged/ragged-tensor.ts';
import { type RowNumbers, splitsOfLengths } from '../../ragged/row-partition.ts';
import { numbersIn } from './symbol-args.ts';

/** What a property or a method of a ragged tensor gives. */
export type Member = RaggedValues | readonly RaggedValues[];

/** Arguments of a method, in the order in which Python declares them. */
type Arguments = readonly unknown[];

/** A method of a ragged tensor. */
interface Method {
  /** Names of the arguments. */
  readonly names: readonly string[];
  readonly call: (x: RaggedTensor, args: Arguments) => Member;
}

const whole = (numbers: ArrayLike<number>): tf.Tensor =>
  tf.tensor1d(Int32Array.from(numbers), 'int32');

/** Properties of a ragged tensor, by name. */
export const PROPERTIES: ReadonlyMap<string, (x: RaggedTensor) => Member> = new Map<
  string,
  (x: RaggedTensor) => Member
>([
  ['values', (x) => x.values],
  ['flat_values', (x) => x.flat_values],
  ['row_splits', (x) => whole(x.row_splits)],
  ['nested_row_splits', (x) => x.nested_row_splits.map(whole)],
]);

/** Members that give numbers of rows, which are whole numbers of 64 bits whatever the values are. */
export const ROW_NUMBERS: ReadonlySet<string> = new Set([
  'row_splits',
  'nested_row_splits',
  'row_lengths',
  'row_starts',
  'row_limits',
  'value_rowids',
  'nrows',
  'bounding_shape',
  'nested_row_lengths',
  'nested_value_rowids',
]);

/** Lengths along an axis, in the rows around it. */
function lengthsAt(x: RaggedTensor, axis: number): RaggedValues {
  if (axis <= 1) return whole(x.row_lengths());
  const { values } = x;
  if (values instanceof RaggedTensor) return x.with_values(lengthsAt(values, axis - 1));
  return x.with_values(tf.fill([values.shape[0] ?? 0], values.shape[axis - 1] ?? 0, 'int32'));
}

function nested(x: RaggedTensor, of: (x: RaggedTensor) => ArrayLike<number>): tf.Tensor[] {
  const inner = x.values instanceof RaggedTensor ? nested(x.values, of) : [];
  return [whole(of(x)), ...inner];
}

const toTensor: Method = {
  names: ['default_value', 'name', 'shape'],
  call: (x, [default_value, , shape]) =>
    x.to_tensor({
      ...(typeof default_value === 'object' ? {} : { default_value: default_value as number }),
      shape: (shape ?? null) as readonly (number | null)[] | null,
    }),
};

/** Methods of a ragged tensor, by name. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['to_tensor', toTensor],
  [
    'row_lengths',
    { names: ['axis', 'name'], call: (x, [axis]) => lengthsAt(x, Number(axis ?? 1)) },
  ],
  ['row_starts', { names: [], call: (x) => whole(x.row_starts()) }],
  ['row_limits', { names: [], call: (x) => whole(x.row_limits()) }],
  ['value_rowids', { names: [], call: (x) => whole(x.value_rowids()) }],
  ['nrows', { names: [], call: (x) => tf.scalar(x.nrows(), 'int32') }],
  ['bounding_shape', { names: ['axis'], call: boundingShape }],
  ['nested_row_lengths', { names: [], call: (x) => nested(x, (each) => each.row_lengths()) }],
  ['nested_value_rowids', { names: [], call: (x) => nested(x, (each) => each.value_rowids()) }],
  ['with_values', { names: ['new_values'], call: (x, [values]) => x.with_values(given(values)) }],
  [
    'with_flat_values',
    { names: ['new_values'], call: (x, [values]) => x.with_flat_values(given(values)) },
  ],
  [
    'merge_dims',
    {
      names: ['outer_axis', 'inner_axis'],
      call: (x, [outer, inner]) => mergeDims(x, fromFront(outer, x), fromFront(inner, x)),
    },
  ],
]);

function boundingShape(x: RaggedTensor, [axis]: Arguments): tf.Tensor {
  const sizes = x.bounding_shape();
  return typeof axis === 'number' ? tf.scalar(sizes.at(axis) ?? 0, 'int32') : whole(sizes);
}

function fromFront(axis: unknown, { rank }: RaggedTensor): number {
  const place = Number(axis);
  return place < 0 ? place + rank : place;
}

function given<T extends RaggedValues>(value: unknown): T {
  if (value instanceof tf.Tensor || value instanceof RaggedTensor) return value as T;
  throw new TypeError('The values of a ragged tensor must be a tensor.');
}

const numbers = (value: unknown, name: string): RowNumbers => numbersIn(value, name);

/** Functions that make ragged tensors, by name: the names of their arguments, the values first. */
export const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['from_row_splits', ofRows('row_splits', RaggedTensor.from_row_splits)],
  ['from_row_lengths', ofRows('row_lengths', RaggedTensor.from_row_lengths)],
  ['from_row_starts', ofRows('row_starts', RaggedTensor.from_row_starts)],
  ['from_row_limits', ofRows('row_limits', RaggedTensor.from_row_limits)],
  [
    'from_value_rowids',
    {
      names: ['values', 'value_rowids', 'nrows'],
      call: ([values, rows, nrows]) =>
        RaggedTensor.from_value_rowids(
          given(values),
          numbers(rows, 'value_rowids'),
          (nrows ?? null) === null ? null : (numbersIn(nrows, 'nrows')[0] ?? null),
        ),
    },
  ],
  [
    'from_uniform_row_length',
    {
      names: ['values', 'uniform_row_length'],
      call([values, length]) {
        const from = given<RaggedValues>(values);
        const [size = 1] = numbersIn(length, 'uniform_row_length');
        const count = from instanceof RaggedTensor ? from.nrows() : (from.shape[0] ?? 0);
        const splits = splitsOfLengths(new Int32Array(Math.floor(count / size)).fill(size));
        return RaggedTensor.from_row_splits(from, splits);
      },
    },
  ],
  [
    'from_tensor',
    {
      names: ['tensor', 'lengths', 'padding', 'ragged_rank'],
      call: ([tensor, lengths, padding, rank]) =>
        RaggedTensor.from_tensor(given<tf.Tensor>(tensor), {
          lengths: (lengths ?? null) === null ? null : numbers(lengths, 'lengths'),
          padding: (padding ?? null) as number | null,
          ragged_rank: Number(rank ?? 1),
        }),
    },
  ],
]);

/** A function that makes a ragged tensor. */
interface Maker {
  readonly names: readonly string[];
  readonly call: (args: Arguments) => RaggedTensor;
}

function ofRows(
  name: string,
  make: (values: RaggedValues, rows: RowNumbers) => RaggedTensor,
): Maker {
  return {
    names: ['values', name],
    call: ([values, rows]) => make(given(values), numbers(rows, name)),
  };
}

/** Arguments in the order of their names, of those given by place and those given by name. */
export function inOrder(
  names: readonly string[],
  args: Arguments,
  kwargs: Readonly<Record<string, unknown>>,
): unknown[] {
  return names.map((name, i) => args[i] ?? kwargs[name] ?? null);
}
