import {
  type DataByDType,
  type DType,
  float32ToHalf,
  halfToFloat32,
  isDType,
  LimitError,
  type Tensor,
  UnsupportedError,
} from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type GraphDType, isComplex } from './dtype.ts';
import { type HostData, HostTensor } from './host-tensor.ts';
import { ComplexTensor, elementsOf, onHost, shapeOf, type Value } from './values.ts';

/** Elements of a record as graphs use them. */
export function hostDataOf(record: Tensor): HostData {
  switch (record.dtype) {
    case 'int64':
    case 'uint64':
      return elementsOf(record.data);
    case 'float16':
    case 'bfloat16':
      return halfToFloat32(record.data, record.dtype);
    default:
      return record.data;
  }
}

/** The tensor of a record. */
export function valueOfRecord(record: Tensor): HostTensor | ComplexTensor {
  if (isComplex(record.dtype)) return complexOf(record.data as Float32Array, record.shape);
  return new HostTensor(record.dtype, record.shape, hostDataOf(record));
}

/** Makes a complex tensor from pairs of numbers. */
export function complexOf(pairs: ArrayLike<number>, shape: readonly number[]): ComplexTensor {
  const size = pairs.length / 2;
  const part = (offset: number): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: size }, (_, i) => pairs[2 * i + offset] ?? 0),
      [...shape],
    );
  return new ComplexTensor(part(0), part(1));
}

/** The exact record of a tensor, in the type that the graph gives it. @throws LimitError for integers that are too large. */
export function recordOfValue(value: Value, dtype: GraphDType): Tensor {
  if (!isDType(dtype)) throw new UnsupportedError(`A ${dtype} has no values outside of a graph.`);
  const shape = shapeOf(value);
  const data = value instanceof ComplexTensor ? pairsOf(value) : onHost(value, dtype).data;
  return { dtype, shape, data: arrayOf(dtype, data) } as unknown as Tensor;
}

function pairsOf({ real, imag }: ComplexTensor): HostData {
  const [re, im] = [real.dataSync(), imag.dataSync()];
  return Float32Array.from(
    { length: re.length * 2 },
    (_, i) => (i % 2 === 0 ? re : im)[i >> 1] ?? 0,
  );
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  bool: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
  qint8: Int8Array,
  quint8: Uint8Array,
  qint16: Int16Array,
  quint16: Uint16Array,
  qint32: Int32Array,
} as const;

function arrayOf(dtype: DType, data: HostData): DataByDType[DType] {
  switch (dtype) {
    case 'string':
      return Array.from(data) as Uint8Array[];
    case 'int64':
      return BigInt64Array.from(data, (element) => BigInt(element as number | bigint));
    case 'uint64':
      return BigUint64Array.from(data, (element) => BigInt(element as number | bigint));
    case 'float16':
    case 'bfloat16':
      return float32ToHalf(Float32Array.from(data, Number), dtype);
    default:
      return exact(dtype, data);
  }
}

function exact(dtype: keyof typeof ARRAYS, data: HostData): DataByDType[DType] {
  const type = ARRAYS[dtype] as Float32ArrayConstructor;
  const array = type.from(data, Number);
  if (dtype.startsWith('float') || dtype.startsWith('complex') || dtype === 'bool') return array;
  for (let i = 0; i < array.length; i++) {
    if (array[i] === Number(data[i])) continue;
    throw new LimitError(`The value ${String(data[i])} does not fit into the type ${dtype}.`);
  }
  return array;
}
