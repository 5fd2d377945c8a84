import { isMetaBackend, isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { callOneOp } from './op-call.ts';
import { concreteSizes } from './shape-values.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';
import { onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Rows of a tensor, the group of each, and how many groups there are. */
interface Segments {
  readonly rows: tf.Tensor;
  readonly ids: tf.Tensor1D;
  readonly count: number;
}

function segmentsOf(input: unknown, args: SymbolArgs): Segments {
  const x = toOperand(input);
  const given = tf.cast(args.tensor('segment_ids'), 'int32');
  const ids = tf.reshape(given, [given.size]) as tf.Tensor1D;
  const rest = x.shape.slice(given.rank);
  // Without values, open axes of the rows need not be as long as those of the groups.
  const rows = onlyShapes()
    ? tf.zeros([given.size, ...rest], x.dtype as 'float32')
    : tf.reshape(x, [given.size, ...rest]);
  if (args.raw('num_segments') !== null) {
    const [count = 0] = concreteSizes(args.sizes('num_segments'));
    return { rows, ids, count };
  }
  const [last = -1] = args.sizes('segment_ids').slice(-1);
  const [count = 0] = concreteSizes([last === null ? null : last + 1]);
  return { rows, ids, count };
}

const sums = ({ rows, ids, count }: Segments): tf.Tensor => tf.unsortedSegmentSum(rows, ids, count);

/** Number of rows of each group, shaped to divide sums. */
function sizes({ rows, ids, count }: Segments): tf.Tensor {
  const counts = tf.unsortedSegmentSum(tf.ones([ids.size]), ids, count);
  return tf.reshape(counts, [count, ...rows.shape.slice(1).map(() => 1)]);
}

const means = (segments: Segments): tf.Tensor =>
  tf.div(sums(segments), tf.maximum(sizes(segments), 1));

const rootMeans = (segments: Segments): tf.Tensor =>
  tf.div(sums(segments), tf.sqrt(tf.maximum(sizes(segments), 1)));

/** Joins the rows of each group; groups without rows get a value of their own. */
const grouped =
  (join: (rows: tf.Tensor) => tf.Tensor, empty: (dtype: tf.DataType) => number) =>
  ({ rows, ids, count }: Segments): tf.Tensor => {
    const rest = rows.shape.slice(1);
    const type = rows.dtype as 'float32';
    if (isMetaBackend()) return tf.zeros([count, ...rest], type);
    const groups = Array.from(ids.dataSync());
    const joined = Array.from({ length: count }, (_, group) => {
      const own = groups.flatMap((each, i) => (each === group ? [i] : []));
      if (own.length === 0) return tf.fill(rest, empty(rows.dtype), type);
      return join(tf.gather(rows, tf.tensor1d(own, 'int32')));
    });
    return tf.stack(joined);
  };

/** The largest finite number of float32. */
const LARGEST = 3.4028234663852886e38;

const most = (dtype: tf.DataType): number => (dtype === 'int32' ? 2 ** 31 - 1 : LARGEST);
const least = (dtype: tf.DataType): number => (dtype === 'int32' ? -(2 ** 31) : -LARGEST);

/** Joins the rows of groups; in a function that is traced the op of TensorFlow does. */
const joined =
  (op: string, eager: (segments: Segments) => tf.Tensor): SymbolFunction =>
  (input, args) => {
    if (!isTracing()) return eager(segmentsOf(input, args));
    const x = toOperand(input);
    const ids = tf.cast(args.tensor('segment_ids'), 'int32');
    const count = args.raw('num_segments');
    const sizes = count === null ? [null] : args.sizes('num_segments');
    return callOneOp({
      op,
      inputs: [x, ids, ...(count === null ? [] : [countOf(count, sizes)])],
      outputs: [{ shape: [sizes[0] ?? null, ...x.shape.slice(ids.rank)], dtype: x.dtype }],
    });
  };

/** How many groups there are, as a tensor. */
function countOf(given: unknown, [size]: readonly (number | null)[]): tf.Tensor {
  return given instanceof tf.Tensor ? tf.cast(given, 'int32') : tf.scalar(size ?? 0, 'int32');
}

/** Returns the functions of groups of rows by their names without `tf.`. */
export function segmentSymbols(): readonly Entry[] {
  const run =
    (fn: (segments: Segments) => tf.Tensor): SymbolFunction =>
    (input, args) =>
      fn(segmentsOf(input, args));
  const max = (rows: tf.Tensor): tf.Tensor => tf.max(rows, 0);
  const min = (rows: tf.Tensor): tf.Tensor => tf.min(rows, 0);
  const product = (rows: tf.Tensor): tf.Tensor => tf.prod(rows, 0);
  const zero = (): number => 0;
  const one = (): number => 1;
  return [
    ['math.segment_sum', joined('SegmentSum', sums)],
    ['math.segment_mean', joined('SegmentMean', means)],
    ['math.segment_max', joined('SegmentMax', grouped(max, zero))],
    ['math.segment_min', joined('SegmentMin', grouped(min, zero))],
    ['math.segment_prod', joined('SegmentProd', grouped(product, one))],
    ['math.unsorted_segment_sum', run(sums)],
    ['math.unsorted_segment_mean', run(means)],
    ['math.unsorted_segment_sqrt_n', run(rootMeans)],
    ['math.unsorted_segment_max', joined('UnsortedSegmentMax', grouped(max, least))],
    ['math.unsorted_segment_min', joined('UnsortedSegmentMin', grouped(min, most))],
    ['math.unsorted_segment_prod', joined('UnsortedSegmentProd', grouped(product, one))],
  ];
}
