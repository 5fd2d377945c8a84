import { encodeTensor } from '@km/core';
import { DataClass, DataType, type Summary, type TensorProto } from '@km/proto/event';

type Value = Summary.Value.$Properties;

function tensorOf(
  dtype: DataType,
  shape: readonly number[],
  values: TensorProto.$Properties,
): TensorProto.$Properties {
  const dim = shape.map((size) => ({ size: BigInt(size) }));
  return { dtype, tensorShape: { dim }, ...values };
}

function summaryOf(
  tag: string,
  plugin: string,
  dataClass: DataClass,
  tensor: TensorProto.$Properties,
  content: Uint8Array = new Uint8Array(),
): Value {
  return { tag, tensor, metadata: { pluginData: { pluginName: plugin, content }, dataClass } };
}

/** A number for the scalars of TensorBoard, as `tf.summary.scalar` writes it. */
export function scalarSummary(tag: string, value: number): Value {
  return summaryOf(
    tag,
    'scalars',
    DataClass.DATA_CLASS_SCALAR,
    tensorOf(DataType.DT_FLOAT, [], { floatVal: [value] }),
  );
}

const BUCKETS = 30;

/** How often values occur, in 30 buckets of equal width, as `tf.summary.histogram` writes it. */
export function histogramSummary(tag: string, values: ArrayLike<number>): Value {
  const rows = bucketsOf(values);
  const data = Float64Array.from(rows.flat());
  const tensorContent = encodeTensor({ dtype: 'float64', shape: [rows.length, 3], data });
  const tensor = tensorOf(DataType.DT_DOUBLE, [rows.length, 3], { tensorContent });
  return summaryOf(tag, 'histograms', DataClass.DATA_CLASS_TENSOR, tensor);
}

/** Left edge, right edge and count of each bucket. */
function bucketsOf(values: ArrayLike<number>): [number, number, number][] {
  if (values.length === 0) return [];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i += 1) {
    low = Math.min(low, values[i] ?? low);
    high = Math.max(high, values[i] ?? high);
  }
  if (low === high) return [[low - 0.5, low + 0.5, values.length]];
  const width = (high - low) / BUCKETS;
  const counts = new Float64Array(BUCKETS);
  for (let i = 0; i < values.length; i += 1) {
    const index = Math.min(BUCKETS - 1, Math.floor(((values[i] ?? low) - low) / width));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return Array.from(counts, (count, k) => [
    low + k * width,
    k === BUCKETS - 1 ? high : low + (k + 1) * width,
    count,
  ]);
}

/** The architecture of a model for the graphs of TensorBoard, as `tf.keras.callbacks.TensorBoard` writes it. */
export function modelSummary(tag: string, json: string): Value {
  const tensor = tensorOf(DataType.DT_STRING, [], { stringVal: [new TextEncoder().encode(json)] });
  return summaryOf(
    tag,
    'graph_keras_model',
    DataClass.DATA_CLASS_TENSOR,
    tensor,
    new TextEncoder().encode('1'),
  );
}
